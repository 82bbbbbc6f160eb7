require "bundler/setup"
require "logger"
require "action_controller/railtie"

class Shop < Rails::Application
  config.eager_load = true
  config.cache_store = :memory_store
  config.logger = ActiveSupport::Logger.new($stdout)
  config.secret_key_base = ENV.fetch("SECRET_KEY_BASE")

  # https://guides.rubyonrails.org/security.html, https://guides.rubyonrails.org/configuring.html#config-hosts
  config.force_ssl = true
  config.hosts = ENV.fetch("RAILS_HOSTS").split(",")

  routes.append do
    root to: ->(env) { [200, {}, ["rails at #{ActionDispatch::Request.new(env).url}"]] }
    get "/healthz", to: ->(_env) { [200, {}, ["ok"]] }
  end
end

Rails.application.initialize!
