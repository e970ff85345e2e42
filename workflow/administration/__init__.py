"""Administration in the browser: places, accounts, agreements, lists and settings; each change is recorded."""
