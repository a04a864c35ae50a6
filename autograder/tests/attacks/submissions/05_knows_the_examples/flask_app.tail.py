# The base is the attack: it answers the brief's examples word for word, and knows nothing else.
