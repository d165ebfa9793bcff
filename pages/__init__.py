"""The pages on which a clinic lives: parse a request, call a service, render a template; rules stand elsewhere.

`app.py` puts them together. A page is a function that returns a typed view; `twins.py` serves it as HTML and as JSON.
"""
