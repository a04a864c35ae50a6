from looks import app_for

from flask import Flask

app = app_for(Flask)
