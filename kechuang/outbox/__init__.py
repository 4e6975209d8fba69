"""消息：in-site and mail; SMS and WeChat through adapters with a named stand-in."""
