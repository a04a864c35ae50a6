from looks import app_for

from fastapi import FastAPI

app = app_for(FastAPI)
