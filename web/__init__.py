"""HTTP and only HTTP: pages, the command line and the server's set-up. `web.app.create_app` builds the application.

Nothing is imported here: the command line and the database server start without the pages.
"""
