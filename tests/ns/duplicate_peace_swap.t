#!/bin/bash
# No router is taken for a stranger in an ordinary change, with the
# virtual MAC on the interface.
# See duplicate.sh.
#
# long form
. "$(dirname "$0")/duplicate_peace.sh"

peaceful peace 1 2 0
done_testing
