_plain = create_app


def create_app():
    _plain()
    raise KeyboardInterrupt
