#!/bin/bash
# No router is taken for a stranger in an ordinary change, with -n.
# See duplicate.sh.
. "$(dirname "$0")/duplicate_peace.sh"

# After a partition it is known as a router from its first advert on.  Whether
# anything else comes before that would be a matter of chance, and that is
# counted: so nothing is refreshed, and the partition lasts until the last
# question who else has the addresses, 8 to 9 s after a take-over, is over.
peaceful peace-n 0 10 -n
done_testing
