"""Files whose names hold scripts, formulas, markup and escape codes; each name reaches a note."""

import os


def build(folder, facts):
    names = [
        "<script>alert(1)<", "<img src=x onerror=alert(1)>", "=cmd|' calc'!A0.py", "@SUM(1+1).csv", "+1.md", "-1.md",
        "\x1b[2J\x1b[H.py", "\x9b31m.py", "\u202egnp.py", "[bold red]x[/].py", "[x](javascript:alert(1)).md", "`id`.py", "$(id).py",
        "$$\\href{javascript:alert(1)}{x}$$.md", "\r\n10 of 10.py", "\ud83d\ude00.py".encode("utf-16", "surrogatepass").decode("utf-16") + ".exe",
        "]]>.md", "{{7*7}}.md", "a\tb.py", "quote\".py", "semi;colon.py", "&amp;.md", "\u2028.py",
    ]
    for name in names:
        name = name.replace("/", "_")
        with open(os.fsencode(folder) + b"/" + os.fsencode(name), "wb") as file:
            file.write(b"x = 1\n")
