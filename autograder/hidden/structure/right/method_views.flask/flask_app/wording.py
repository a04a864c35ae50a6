"""Errors of the framework, one by one."""


def word_errors(app):
    for status, words in ((404, "not found"), (405, "method not allowed"), (500, "internal server error")):
        app.register_error_handler(status, lambda _error, answer=({"error": words}, status): answer)
