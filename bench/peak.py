"""Runs a command and says the peak memory of the largest of its processes, as the system counts it."""
import resource
import subprocess
import sys

code = subprocess.call(sys.argv[1:])
print("peak %d kB" % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
