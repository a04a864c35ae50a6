from itertools import count

_plain = create_app


def create_app():
    app = _plain()
    inner, number = app.wsgi_app, count()

    def other_charset(body, headers):
        return body.decode().encode("utf-7"), [("Content-Type", "application/json; charset=utf-7"), *headers]

    def utf_16(body, headers):
        return body.decode().encode("utf-16-le"), [("Content-Type", "application/json"), *headers]

    def utf_32(body, headers):
        return body.decode().encode("utf-32-be"), [("Content-Type", "application/json"), *headers]

    def byte_order_mark(body, headers):
        return b"\xef\xbb\xbf" + body, [("Content-Type", "application/json"), *headers]

    def encoding(body, headers):
        return body, [("Content-Type", "application/json"), ("Content-Encoding", "gzip"), *headers]

    def two_content_types(body, headers):
        return body, [("Content-Type", "application/json"), ("Content-Type", "text/html"), *headers]

    def two_locations(body, headers):
        headers = [("Location", "/coats/1"), *headers, ("Location", "/"), ("Location", "//evil.example")]
        return body, [("Content-Type", "application/json"), *headers]

    def key_twice(body, headers):
        key, rest = body[1:].split(b":", 1)
        return b"{" + key + b': "for another client", ' + key + b":" + rest, [("Content-Type", "text/plain"), *headers]

    ways = (utf_16, utf_32, byte_order_mark, encoding, two_content_types, two_locations, key_twice, other_charset)

    def unreadable(environ, start_response):
        told = {}

        def keep(status, headers, exc_info=None):
            told.update(status=status, headers=headers)

        body = b"".join(inner(environ, keep))
        kept = [each for each in told["headers"] if each[0].lower() not in {"content-type", "content-length"}]
        body, headers = ways[next(number) % len(ways)](body, kept)
        start_response(told["status"], [*headers, ("Content-Length", str(len(body)))])
        return [body]

    app.wsgi_app = unreadable
    return app
