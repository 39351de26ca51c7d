"""Runs a command; says its wall time and the peak memory of the largest of its processes."""
import resource
import subprocess
import sys
import time

begin = time.perf_counter()
code = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print("took %.4f s, peak %d kB" % (seconds, peak), file=sys.stderr)
sys.exit(code)
