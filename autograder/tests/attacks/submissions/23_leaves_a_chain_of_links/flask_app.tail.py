import os

_plain = create_app


def create_app():
    app = _plain()
    from flask import request

    @app.after_request
    def swap(reply):
        if request.method == "POST" and not os.path.lexists("coats.txt"):
            for number in range(1500):
                os.symlink(f"link{number + 1}", f"link{number}")
            os.symlink("link0", "coats.txt")
        return reply

    globals()["COATS"] = type("Coats", (), {
        "exists": lambda self: os.path.exists("link1500"),
        "read_text": lambda self, _: open("link1500").read(),
        "open": lambda self, *_, **__: open("link1500", "a"),
    })()
    return app
