# Medians and spread of the bench's figures, as Markdown.
#
#	perl table.pl SAMPLES [DIRECTORY]	with DIRECTORY a head as well
#
# A line of SAMPLES has fields separated by tabs, the first is its kind:
#	table ID TITLE UNIT TEXT	sample ID LINE COLUMN VALUE	text ID TEXT
#	about WHAT TEXT			skip TEXT			info TEXT
use strict;
use warnings;

my ($samples, $directory) = @ARGV;
my (@tables, %table, @about, @skipped, @notes);
open my $in, '<', $samples or die "$samples: $!\n";
while (<$in>) {
	chomp;
	my ($kind, @f) = split /\t/, $_, -1;
	if ($kind eq 'table') {
		next if $table{$f[0]};
		push @tables, $table{$f[0]} = { id => $f[0], title => $f[1],
		    unit => $f[2], text => $f[3], lines => [], columns => [],
		    values => {}, texts => [] };
	} elsif ($kind eq 'sample') {
		my $t = $table{$f[0]} or die "no table $f[0]\n";
		push @{$t->{lines}}, $f[1]
		    unless grep { $_ eq $f[1] } @{$t->{lines}};
		push @{$t->{columns}}, $f[2]
		    unless grep { $_ eq $f[2] } @{$t->{columns}};
		push @{$t->{values}{$f[1]}{$f[2]}}, $f[3];
	} elsif ($kind eq 'text') {
		push @{$table{$f[0]}{texts}}, $f[1];
	} elsif ($kind eq 'about') {
		push @about, \@f unless grep { $_->[0] eq $f[0] } @about;
	} elsif ($kind eq 'skip') {
		push @skipped, $f[0] unless grep { $_ eq $f[0] } @skipped;
	} elsif ($kind eq 'info') {
		push @notes, $f[0];
	}
}

# Three digits that mean something
sub figure {
	my $x = shift;
	$x = 0 if abs $x < 0.005;	# and no minus
	return sprintf '%.0f', $x if abs $x >= 100 || $x == int $x;
	return sprintf '%.1f', $x if abs $x >= 10;
	return sprintf '%.2f', $x;
}

# median, least, greatest, how many, how many came to nothing
sub summary {
	my @all = @{shift() // []};
	my @x = sort { $a <=> $b } grep { /^-?[0-9.]+$/ } @all;
	return (undef, undef, undef, 0, scalar @all) unless @x;
	my $median = @x % 2 ? $x[$#x / 2] : ($x[@x / 2 - 1] + $x[@x / 2]) / 2;
	return ($median, $x[0], $x[-1], scalar @x, @all - @x);
}

sub cell {
	my ($median, $low, $high, $n, $failed) = summary(shift);
	return '' if $n + $failed == 0;
	my $failures = $failed ? " ($failed without)" : '';
	return "none$failures" unless $n;
	return figure($median) . $failures if $low == $high;
	return sprintf '**%s** %s to %s%s', figure($median), figure($low),
	    figure($high), $failures;
}

print "# vrrpd beside its peers\n\n" if defined $directory;
print "Written by `make bench`; README in this folder tells how each is configured.\n",
    "A cell is the median, and the least and greatest where they differ; empty: not\n",
    "tried. Ratios in one run count, times depend on the machine.\n\n"
    if defined $directory;
if (@about) {
	print "| | |\n| --- | --- |\n";
	print "| $_->[0] | $_->[1] |\n" for @about;
	print "\n";
}
print "Skipped: $_.\n" for @skipped;
print "\n" if @skipped;
for my $t (@tables) {
	next unless @{$t->{lines}};
	my $unit = $t->{unit} ne '' ? ", $t->{unit}" : '';
	print "## $t->{title}$unit\n\n$t->{text}\n\n";
	print '| | ', join(' | ', @{$t->{columns}}), " |\n";
	print '| --- |', ' ---: |' x @{$t->{columns}}, "\n";
	for my $line (@{$t->{lines}}) {
		print "| $line | ", join(' | ', map {
		    cell($t->{values}{$line}{$_}) } @{$t->{columns}}), " |\n";
	}
	print "\n";
	print "- $_\n" for @{$t->{texts}};
	print "\n" if @{$t->{texts}};
}
if (@notes) {
	print "## What went otherwise\n\n";
	print "- $_\n" for @notes;
}

# A row that measured nothing of ours went wrong.
my $status = 0;
for my $t (@tables) {
	my @ours = grep { /^vrrpd/ } @{$t->{columns}};
	next if @{$t->{columns}} && !@ours;
	next if grep { my $line = $_;
	    grep { (summary($t->{values}{$line}{$_}))[3] } @ours } @{$t->{lines}};
	warn "$t->{id}: no figures of vrrpd\n";
	$status = 1;
}
exit $status;
