"""Document 001, HTTPS (server), on a port of its own."""

import ssl

from werkzeug import serving

from app import app

context = ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)
context.load_cert_chain('server_chain.pem', 'server.key')
serving.run_simple('127.0.0.1', 9001, app, ssl_context=context)
