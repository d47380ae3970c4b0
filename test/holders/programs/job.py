"""Starts a command and lets it run, as scripts of a deployment do: `job.py COMMAND…`; `job.py --pipes COMMAND…` makes three pipes for
it and stays, as a client of an MCP server does."""
import subprocess, sys, time

words = sys.argv[1:]
if words[0] == "--pipes":
    child = subprocess.Popen(words[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(3600)
subprocess.Popen(words)
