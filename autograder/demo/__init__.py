"""The bundled class: who handed in what, what each must get, and how to grade it."""
