"""The machinery under the browser, notebook and packaging tests."""
