"""The sample application of Slipway: a small service to replace with your own."""
