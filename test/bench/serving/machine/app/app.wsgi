import sys

sys.path.append('/var/www/app')

from app import app as application
