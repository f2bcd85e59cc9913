# Medians and spread of the bench's figures, as Markdown and as plots.
#
#	perl table.pl SAMPLES [DIRECTORY]	the plots go there, one per table
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

sub escape {
	my $s = shift;
	$s =~ s/&/&amp;/g;
	$s =~ s/</&lt;/g;
	return $s;
}

# A bar for each median, a thin line from the least to the greatest.
# Ours in blue, each of the others in a colour of its own.
my %colour = (vrrpd => ['1f5fa8', '5b9bd5', '9dc3e6', 'bdd7ee'],
    small => ['548235', 'a9d18e'], keepalived => ['c55a11', 'f4b183', 'f8cbad'],
    frr => ['7f7f7f'], ucarp => ['bf9000']);

sub colours {
	my (%used, %chosen);
	for my $column (@_) {
		my ($who) = $column =~ /^(\w+)/;
		my $all = $colour{$who} // ['404040'];
		$chosen{$column} = '#' . $all->[($used{$who}++ // 0) % @$all];
	}
	return %chosen;
}

sub plot {
	my ($t, $file) = @_;
	my ($left, $width, $bar, $y) = (250, 430, 13, 46);
	my (@svg, @medians);
	for my $line (@{$t->{lines}}) {
		for my $column (@{$t->{columns}}) {
			my ($m) = summary($t->{values}{$line}{$column});
			push @medians, $m if defined $m && $m > 0;
		}
	}
	@medians = sort { $a <=> $b } @medians;
	return unless @medians;
	my ($low, $high) = @medians[0, -1];
	my $log = $high / $low > 30;
	my $base = $low / 2;
	my %colour_of = colours(@{$t->{columns}});
	my $x = sub {
		my $v = shift;
		return 0 if $v <= 0 || $log && $v <= $base;
		my $at = $log ? log($v / $base) / log($high / $base) :
		    $v / $high;
		return $width * ($at > 1.05 ? 1.05 : $at);
	};
	for my $line (@{$t->{lines}}) {
		push @svg, sprintf '<text x="8" y="%d" font-weight="bold">%s</text>',
		    $y + 10, escape($line);
		$y += 16;
		for my $column (@{$t->{columns}}) {
			my ($m, $l, $h, $n, $failed) =
			    summary($t->{values}{$line}{$column});
			next if $n + $failed == 0;
			push @svg, sprintf '<text x="%d" y="%d" text-anchor="end">%s</text>',
			    $left - 6, $y + 10, escape($column);
			if (defined $m) {
				my $text = figure($m);
				push @svg, sprintf '<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>',
				    $left, $y + 1, $x->($m), $bar - 3,
				    $colour_of{$column};
				push @svg, sprintf '<path d="M%.1f %.1fH%.1f" stroke="#000"/>',
				    $left + $x->($l), $y + $bar / 2 - 0.5,
				    $left + $x->($h) if $h > $l;
				push @svg, sprintf '<text x="%.1f" y="%d">%s</text>',
				    $left + ($x->($m) > $x->($h) ? $x->($m) : $x->($h)) + 5,
				    $y + 10, $text;
			} else {
				push @svg, sprintf '<text x="%d" y="%d">none</text>',
				    $left + 5, $y + 10;
			}
			$y += $bar;
		}
		$y += 6;
	}
	my $w = $left + $width + 90;
	open my $out, '>', $file or die "$file: $!\n";
	print $out qq(<svg xmlns="http://www.w3.org/2000/svg" width="$w" height="$y" font-family="sans-serif" font-size="11">\n),
	    qq(<rect width="100%" height="100%" fill="#fff"/>\n),
	    '<text x="8" y="18" font-size="14">', escape($t->{title}), "</text>\n",
	    '<text x="8" y="34">median', $t->{unit} ne '' ? ", $t->{unit}" : '',
	    $log ? ', logarithmic' : '', "; line: least to greatest</text>\n",
	    join("\n", @svg), "\n</svg>\n";
	close $out or die "$file: $!\n";
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
	next unless defined $directory;
	plot($t, "$directory/$t->{id}.svg");
	print "![$t->{title}]($t->{id}.svg)\n\n" if -e "$directory/$t->{id}.svg";
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
