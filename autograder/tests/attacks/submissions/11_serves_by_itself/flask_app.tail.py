create_app().run(port=5000)
