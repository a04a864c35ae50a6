import os

_plain = create_app


def create_app():
    app = _plain()
    from flask import request

    @app.after_request
    def swap(reply):
        if request.method == "POST" and not os.path.islink("coats.txt"):
            os.replace("coats.txt", "link1500")
            for number in range(1500):
                os.symlink(f"link{number + 1}", f"link{number}")
            os.symlink("link0", "coats.txt")
        return reply

    return app
