"""企业微信, 钉钉, 飞书, mail and a JSON webhook: one module each, one way to call them."""
