del create_app
