#!/usr/bin/perl
# make conformance: fills in CONFORMANCE.md, the table of requirements: behind
# the columns that are written by hand, ID to Also, the tests that prove each
# row, and above the tables the sums.  What it fills in comes from
#
#   ../*/check_*.c        tags in comments of the tests, and of ../ns/*.t:
#                             proves: R3768-6.4.2-6 +, R3768-6.1-5 +-
#   vectors.proves        tags of the frames of vectors.txt; golden_verdicts of
#                         check_packet and ns/packets.t run each of them
#   conformance.reasons   why a row lacks a test
#   must_mutants.txt      tests that were seen to fail; these are set in bold
#
# "+": what the rule demands or allows is seen.  "-": what it forbids is refused
# or does not happen, nor does what it demands where it does not apply.  A tag
# belongs to the next test: TEST, or a row of a table before it that
# begins with a name, or an assertion of a .t file, or a frame.  A tag in the
# body of a TEST belongs to that one.
#
# MUST and MUST NOT need both signs; SHOULD, RECOMMENDED, must and spec need "+",
# SHOULD NOT "-"; or a reason.  The status is 1 if something is missing, wrong or
# stale, or if what was filled in differs; that is written anew in any case.
use strict;
use warnings;

my $dir = $0 =~ m{^(.*)/} ? $1 : '.';
my $errors = 0;
my (@rows, %row);			# in order; by id
my @table;				# the lines of CONFORMANCE.md

sub complain {
	my ($where, $what) = @_;
	print STDERR "$where: $what\n";
	$errors++;
}

sub lines {
	my $path = shift;
	open my $file, '<', "$dir/$path" or die "$dir/$path: $!\n";
	chomp(my @lines = <$file>);
	return @lines;
}

# --- what is read -------------------------------------------------------------

sub read_requirements {
	my $cell = qr/(?:[^|\\]|\\.)*\|/;
	for (@table = lines('CONFORMANCE.md')) {
		my ($hand, $id, $level) = /^(\| ([RP]\d*-\S+) \| (.+?) \|$cell$cell)/
		    or next;
		complain($id, 'two rows of this id') if $row{$id};
		push @rows, $row{$id} = { id => $id, level => $level,
		    hand => $hand, '+' => [], '-' => [] };
	}
}

# "ID [ID]...: reason" or "ID [ID]... note: text"; indented lines go on.
sub read_reasons {
	my $kind;
	my @ids;
	for (lines('conformance.reasons')) {
		next if /^(#|$)/;
		if (/^((?:[RP]\d*-\S+ )*[RP]\d*-[^\s:]+)( note)?:\s*(.*)/) {
			@ids = split ' ', $1;
			$kind = $2 ? 'note' : 'reason';
			for my $id (@ids) {
				complain($id, "no such row, but a $kind"), next
				    unless $row{$id};
				complain($id, "two ${kind}s")
				    if defined $row{$id}{$kind};
				$row{$id}{$kind} = $3;
			}
		} elsif (/^\s+(.*)/ && @ids) {
			for my $row (map { $row{$_} // () } @ids) {
				$row->{$kind} .= $row->{$kind} eq '' ? $1 :
				    " $1";
			}
		} else {
			complain('conformance.reasons', "not understood: $_");
		}
	}
}

# The pairs of a list, as in "ID SIGN, ID SIGN"
sub pairs {
	my ($where, $list) = @_;
	my @tags;
	my @pairs = split /,\s*/, $list;
	complain($where, 'a tag of nothing') unless @pairs;
	for (@pairs) {
		if (/^([RP]\d*-\S+) (\+-|\+|-)$/) {
			complain($where, "no such requirement: $1")
			    unless $row{$1};
			push @tags, map { [$1, $_] } split //, $2;
		} else {
			complain($where, "not a tag: $_");
		}
	}
	return @tags;
}

# Those of a line "proves: PAIRS"; nothing if it has no tag
sub tags {
	my ($where, $line) = @_;
	return $line =~ /\bproves:\s*(.*?),?\s*(?:\*\/)?\s*$/ ?
	    pairs($where, $1) : ();
}

sub prove {
	my ($test, $tags) = @_;
	for (@$tags) {
		my ($id, $sign) = @$_;
		next unless $row{$id};
		complain($test, "$id $sign is said twice")
		    if grep { $_ eq $test } @{$row{$id}{$sign}};
		push @{$row{$id}{$sign}}, $test;
	}
}

# read_tests FILE, SUB: the sub is given a line that is no tag, and its number
# from 0; it returns the name of the test there, if one is.  Tags wait for it.
sub read_tests {
	my ($path, $name_of) = @_;
	my ($number, @waiting) = -1;
	for (lines($path)) {
		$number++;
		if (my @tags = tags($path . ':' . ($number + 1), $_)) {
			push @waiting, @tags;
		} elsif (defined(my $name = $name_of->($_, $number))) {
			prove($name, \@waiting);
			@waiting = ();
		}
	}
	complain($path, 'a tag with no test after it') if @waiting;
}

# A row of a table belongs to the test that comes after it.  Within a test its
# name is offered at each line.
sub read_check {
	my $path = shift;
	my ($suite) = $path =~ /(\w+)\.c$/;
	my ($test, $inside, @next);
	my @lines = lines($path);

	for my $i (reverse 0 .. $#lines) {
		complain($path, "line $i: a test must be TEST or LOOP_TEST")
		    if $lines[$i] =~ /^START_TEST/;
		$test = $1 if $lines[$i] =~ /^(?:LOOP_)?TEST\((\w+)/;
		$next[$i] = $test;
	}
	read_tests($path, sub {
		my ($line, $i) = @_;
		$inside = $1 if $line =~ /^(?:LOOP_)?TEST\((\w+)/;
		undef $inside if $line =~ /^\}/;
		return "$suite: $inside" if $inside;
		return "$suite: $next[$i], $1"
		    if $next[$i] && $line =~ /^\{ "([^"]+)"/;
		return undef;
	});
}

# "FRAME, FRAME: PAIRS"; an indented line goes on.
sub read_frames {
	my %frame = map { /^([VI]\d+ \w+)/ ? ($1 => 1) : () }
	    lines('vectors.txt');
	my $text = join "\n", grep { !/^#/ } lines('vectors.proves');
	for ($text =~ s/,\n\s+/, /gr =~ /^.+$/gm) {
		my ($names, $list) = /^(.*?): (.*)$/;
		my @tags = pairs('vectors.proves', $list // '');
		for my $name (split /, /, $names // $_) {
			complain('vectors.proves', "no such frame: $name")
			    unless $frame{$name};
			prove("vectors.txt: $name", \@tags);
		}
	}
}

sub sort_by_name {
	return sort { $a =~ s/.*\///r cmp $b =~ s/.*\///r } @_;
}

sub read_shell {
	my $path = shift;
	(my $name = $path) =~ s/.*\///;
	read_tests($path, sub {
		return $_[0] =~ /^\s*(?:\[.*\]\s&&\s|\w+=\w+\s)?(?:ok|is|same|within|r|
		    restarts|leaves|takeover|follows|step)\s+"([^"]*)"/x ?
		    "$name: $1" : undef;
	});
}

# Every rule that is broken there has a test that sees it, and is tagged so.
sub read_mutants {
	my (@ids, %seen);
	for (lines('must_mutants.txt'), 'R') {
		if (/^[RP]/) {
			for (grep { !$seen{$_} } @ids) {
				complain('must_mutants.txt',
				    "$_ is broken, and no test of it is there");
			}
			@ids = split;
			%seen = ();
		}
		for my $test (/^- (.*)/ ? split(/ \| /, $1) : ()) {
			for my $row (map { $row{$_} // () } @ids) {
				next unless grep { $_ eq $test }
				    @{$row->{'+'}}, @{$row->{'-'}};
				$row->{red}{$test} = 1;
				$seen{$row->{id}} = $seen{$test} = 1;
			}
			complain('must_mutants.txt', "$test is no test of " .
			    join(' or ', @ids)) unless $seen{$test};
		}
	}
}

# --- what is missing ----------------------------------------------------------

# The signs that a row must have
sub wanted {
	my $level = shift->{level};
	return '+', '-' if $level =~ /\b(MUST|SHALL|REQUIRED)\b/;
	return '-' if $level =~ /^SHOULD NOT/;
	return '+' if $level =~ /^(must|spec|SHOULD|RECOMMENDED)/;
	return ();
}

sub missing {
	my $row = shift;
	return grep { !@{$row->{$_}} } wanted($row);
}

sub check {
	for my $row (@rows) {
		my @missing = missing($row);
		my @both = grep { @{$row->{$_}} } '+', '-';
		if (@missing && !$row->{reason}) {
			complain($row->{id}, "$row->{level} without a " .
			    join(' or ', map { "\"$_\" test" } @missing) .
			    ' or a reason');
		} elsif ($row->{reason} && !@missing &&
		    (@both == 2 || wanted($row))) {
			complain($row->{id}, 'has its tests, and a reason ' .
			    'why not');
		}
	}
}

# --- what is written ----------------------------------------------------------

sub cell {
	my $text = shift // '';
	$text =~ s/(?<!\\)\|/\\|/g;
	return $text eq '' ? '' : "$text ";
}

# The tests of a sign; those that were seen to fail stand out.
sub tests {
	my ($row, $sign) = @_;
	return join '<br>', map { $row->{red}{$_} ? "**$_**" : $_ }
	    @{$row->{$sign}};
}

sub group {
	my $level = shift->{level};
	return 'MUST, MUST NOT' if $level =~ /MUST/;
	return 'SHOULD, RECOMMENDED' if $level =~ /^(should|SHOULD|RECOMM)/;
	return $level =~ s/,.*//r;
}

sub summary {
	my (%n, @levels);
	for my $row (@rows) {
		my $n = $n{group($row)} //= do {
			push @levels, group($row);
			+{ map { $_ => 0 } qw(rows both one reason none red) };
		};
		my @both = grep { @{$row->{$_}} } '+', '-';
		$n->{red}++ if $row->{red};
		$n->{rows}++;
		$n->{@both == 2 ? 'both' : $row->{reason} ? 'reason' :
		    @both ? 'one' : 'none'}++;
	}
	my $text = "| Level | Rows | + and - | one of them | reason | " .
	    "neither | in bold |\n|---|---|---|---|---|---|---|\n";
	for my $level (@levels) {
		$text .= "| " . join(' | ', $level,
		    @{$n{$level}}{qw(rows both one reason none red)}) . " |\n";
	}
	return $text;
}

# The lines of CONFORMANCE.md, filled in
sub filled_in {
	my ($text, $inside) = ('', 0);
	for (@table) {
		$inside = /^\| Level \| Rows / || ($inside && /^\|/);
		if ($inside) {
			$text .= summary() if /^\| Level/;
		} elsif (/^\| ID \| Level /) {
			$text .= "| ID | Level | Requirement | Also | + | - | " .
			    "Reason, note |\n";
		} elsif (/^(?:\|---){4,}\|$/) {
			$text .= "|---|---|---|---|---|---|---|\n";
		} elsif (/^\| ([RP]\d*-\S+) \|/ && $row{$1}) {
			my $row = $row{$1};
			my $why = join ' ', grep { defined }
			    @$row{qw(reason note)};
			$text .= "$row->{hand} " . join('| ', map { cell($_) }
			    tests($row, '+'), tests($row, '-'), $why) . "|\n";
		} else {
			$text .= "$_\n";
		}
	}
	return $text;
}

sub write_if_new {
	my ($path, $text) = @_;
	my $old = '';
	if (open my $file, '<', $path) {
		local $/;
		$old = <$file> // '';
	}
	return if $text eq $old;
	open my $file, '>', $path or die "$path: $!\n";
	print $file $text;
	close $file or die "$path: $!\n";
	complain($path, 'was not up to date, and is now');
}

read_requirements();
read_reasons();
read_frames();
chdir $dir or die "$dir: $!\n";
$dir = '.';
read_check($_) for sort_by_name(glob '../*/check_*.c');
read_shell($_) for sort glob '../ns/*.t';
read_mutants();
check();
write_if_new('CONFORMANCE.md', filled_in());
my @untested = grep { $_->{id} && missing($_) && !$_->{reason} } @rows;
printf "conformance: %d rows, %d without test or reason\n",
    scalar @rows, scalar @untested;
exit($errors > 0);
