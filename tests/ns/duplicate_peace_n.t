#!/bin/bash
# No router is taken for a stranger in an ordinary change, with -n.
# See duplicate.sh.
#
# long form
. "$(dirname "$0")/duplicate_peace.sh"

# After a partition a router is known as one from its first advert on.  What it
# announces with that advert comes to another socket, which may be read first:
# one is counted then, for each of two partitions.  For the rest, nothing is
# refreshed, and the partition lasts until the last question who else has the
# addresses, 8 to 9 s after a take-over, is over.
peaceful peace-n 0 10 2 -n
done_testing
