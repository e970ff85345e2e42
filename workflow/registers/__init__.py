"""Registers that many organisations share: so far the directory of services."""
