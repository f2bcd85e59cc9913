#!/usr/bin/perl
# mutants_judge.pl EQUIVALENT MUTANTS VERDICTS: what mutants.sh found, held
# against the list of equivalent mutants.  The status is 1 if one survives that
# is not on the list, or if the list is out of date.  Without VERDICTS it prints
# the names of those on the list.
use strict;
use warnings;

my ($list, $all, $verdicts) = @ARGV;
my (%mutant, %seen, %files, %verdict, %equivalent, %count);
my $bad = 0;

sub lines {
	my ($name) = @_;
	open my $in, '<', $name or die "$name: $!\n";
	chomp(my @lines = <$in>);
	return @lines;
}

# A key: file, function, the line as it is, as it becomes, which of such lines
for (lines($all)) {
	my ($name, $function, $old, $new) = split /\t/, $_, -1;
	my ($file) = $name =~ /^([^:]+)/;
	my $key = join "\t", "$file $function", $old, $new;
	$mutant{$name} = $key . "\t" . ++$seen{$key};
	$files{$file} = 1;
}
$seen{$_} = 1 for values %mutant;
if (defined $verdicts) {
	$verdict{(split /\t/)[1]} = (split /\t/)[0] for lines($verdicts);
}

for (lines($list)) {
	my ($place, $file, $number, $before, $was, $becomes, $after) =
	    /^((\w+\.[ch]) \S+)(?: (\d+))?: (.*?)\{\{(.*?) => (.*)\}\}(.*)$/
	    or /^\w.*\{\{/ ? die "$list: not understood: $_\n" : next;
	next unless $files{$file};
	my $key = join "\t", $place, "$before$was$after",
	    "$before$becomes$after", $number // 1;
	$equivalent{$key} = 1;
	next if $seen{$key};
	print "$list: no such mutant: $_\n";
	$bad++;
}

if (!defined $verdicts) {
	print map { "$_\n" } grep { $equivalent{$mutant{$_}} } sort keys %mutant
	    if !$bad;
	exit($bad ? 1 : 0);
}

for my $name (sort grep { $mutant{$_} } keys %verdict) {
	my ($file) = $name =~ /^([^:]+)/;
	my $kind = $verdict{$name};
	if ($kind !~ /^(?:killed|survived|same|unbuilt)$/) {
		print "$name has no verdict\n";
		$bad++;
	}
	if ($equivalent{$mutant{$name}}) {
		if ($kind !~ /^(?:survived|same)$/) {
			print "$list: $name is not equivalent: $kind\n";
			$bad++;
		}
		$kind = 'equivalent' if $kind eq 'survived';
	} elsif ($kind eq 'survived') {
		my (undef, $was, $becomes) = split /\t/, $mutant{$name};
		print "$name survives\n- $was\n+ $becomes\n";
		$bad++;
	}
	next if $kind eq 'unbuilt';
	$kind = 'equivalent' if $kind eq 'same';
	$count{$_}{$kind}++ for $file, 'all';
	$count{$_}{mutants}++ for $file, 'all';
}
for my $file (sort { $a eq 'all' ? 1 : $b eq 'all' ? -1 : $a cmp $b }
    keys %count) {
	my ($all, $killed, $equivalent, $survived) =
	    map { $count{$file}{$_} // 0 }
	    qw(mutants killed equivalent survived);
	print $file eq 'all' ? 'mutants: ' : "$file: ", "$all mutants, ",
	    "$killed killed, $equivalent equivalent, $survived survivors\n";
}
exit($bad || !%count ? 1 : 0);
