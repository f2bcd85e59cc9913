#!/bin/bash
# A stranger that goes on, and how that is answered.
# See duplicate.sh.
#
# long form
# shellcheck disable=SC2016	# eval of single quotes is meant
. "$(dirname "$0")/duplicate.sh"

also fight a -v 51 --refresh 0 10.0.0.1
settled fight
capture fight
claim 10.0.0.1 | say 25 1000
ok "more than 20 claims: a says that it stays Master" until_true 1 \
    logged fight 'another host keeps claiming our addresses: staying Master'
claim 10.0.0.1 | say 24 500000
sleep 0.5
end_capture fight
is "once" "$(count_logged fight 'staying Master')" 1
is "all are counted" "$(duplicates fight)" 49
begin=$(frames fight "arp && eth.src == $stranger" frame.time_epoch | head -1)
between() { announcements fight | awk -v b="$begin" -v from="$1" -v to="$2" '
    $1 >= b + from && $1 < b + to { n++ } END { print n + 0 }'; }
within "answers at first" "$(between 0 2)" 5 6
is "then none" "$(between 2 10)" 0
within "but again after 10 s" "$(between 10 12.9)" 5 5
ok "and a is Master all the time" not logged fight 'master ->'
stop fight
done_testing
