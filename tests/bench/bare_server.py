"""Serves the yardstick (`tests.bench.bare`) by the server that serves the shop's pages."""

from config.environment import environment
from config.servers import web_server

if __name__ == "__main__":
    web_server(environment(), "tests.bench.bare:application").serve()
