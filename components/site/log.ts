/** What every site writes down of a request. */
export const LOG = `	log {
		output stderr
		# No cookie, token or code: those are in headers and query strings.
		format filter {
			request>uri regexp \\?.* ""
			request>headers delete
			request>tls delete
			resp_headers delete
		}
	}
	log_append user_agent {header.User-Agent}`
