#!/bin/bash
# No router is taken for a stranger in an ordinary change, with --macvlan.
# See duplicate.sh.
#
# long form
. "$(dirname "$0")/duplicate_peace.sh"

peaceful peace-macvlan 1 2 0 --macvlan
done_testing
