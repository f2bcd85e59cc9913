#!/usr/bin/perl
# The mutants of a C file: copies with one small bug each.
#
#	mutate.pl FILE		lists them, a line each, fields with tabs between:
#				name, function, the line as it is, as it becomes
#	mutate.pl FILE NAME	prints the file with this one in it
#	mutate.pl FILE -d DIR	writes those that are named on the standard
#				input, one a line, to DIR/NAME (a / is div)
#
# A name is file:line:operator, with .2 for the second such of a line.  Left
# alone are comments, strings, the preprocessor and what only declares.
use strict;
use warnings;

my ($path, $wanted, $dir) = @ARGV;
defined $path or die "usage: mutate.pl FILE [NAME | -d DIR]\n";
(my $file = $path) =~ s{.*/}{};
my $source = slurp($path);

# Tokens: text, offset, kind (word, number, char, string, mark)
my @tok;
# For each: its partner if a bracket; the function it is in; whether it is code
# (2 in a function, 1 in a table or an enumeration); whether a mark is binary
my (@partner, @function, @code, @binary);
# Members of the named enumerations, in order: which list, which place
my (@enums, %member);
my (@mutants, %times, %made);

my $condition_begins = qr/^(?:[(\[{};,?:=]|return|[|&]=)$/;
my $operand_begins = qr/$condition_begins|^(?:\|\||&&)$/;
my $operand_ends = qr/^(?:[)\]};,?:]|\|\||&&)$/;

my %relation = (
	'<' => [qw(<= >=)], '<=' => [qw(< >)],
	'>' => [qw(>= <=)], '>=' => [qw(> <)],
	'==' => [qw(!= <= >=)], '!=' => [qw(== < >)],
);
my %operator = (
	'&&' => ['||'], '||' => ['&&'],
	'+' => ['-'], '-' => ['+'], '*' => ['/'], '/' => ['*'], '%' => ['*'],
	'<<' => ['>>'], '>>' => ['<<'],
	'&' => ['|'], '|' => ['&', '^'], '^' => ['&', '|'],
);
my %assignment = (
	'++' => ['--'], '--' => ['++'],
	'+=' => ['-=', '='], '-=' => ['+=', '='], '*=' => ['/=', '='],
	'|=' => ['&=', '='], '&=' => ['|=', '='], '^=' => ['|=', '='],
	'<<=' => ['>>=', '='], '>>=' => ['<<=', '='],
);
my $type = qr/^(?:const|volatile|static|struct|enum|unsigned|int|char|long|
	void|bool|double|size_t|ssize_t|va_list|usec_t|u?int\d+_t)$/x;

sub slurp {
	my ($name) = @_;
	open my $in, '<', $name or die "$name: $!\n";
	local $/;
	return scalar <$in>;
}

sub tokens {
	my ($text) = @_;
	my @list;
	while ($text =~ m{
	    (?<skip>\s+ | /\*.*?\*/ | ^\#(?:\\\n|[^\n])*) |
	    (?<string>"(?:\\.|[^"\\])*") | (?<char>'(?:\\.|[^'\\])+') |
	    (?<number>\d\w*) | (?<word>[A-Za-z_]\w*) |
	    (?<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||
	    [-+*/%&|^]=|.)}gsmx) {
		my ($kind) = grep { $_ ne 'skip' } keys %+ or next;
		push @list, [$+{$kind}, pos($text) - length $+{$kind}, $kind];
	}
	return @list;
}

sub text { return $_[0] >= 0 && $_[0] < @tok ? $tok[$_[0]][0] : '' }
sub end_of { return $tok[$_[0]][1] + length $tok[$_[0]][0] }
sub is_cast {
	my ($close) = @_;
	my $open = $partner[$close];
	return 0 if $tok[$open - 1][2] eq 'word' && text($open - 1) ne 'return';
	my @inner = map { text($_) } $open + 1 .. $close - 1;
	return @inner && $inner[0] =~ $type;
}

sub read_enums {
	my ($dir) = $path =~ m{^(.*/)};
	for my $header ($path, glob(($dir // './') . '*.h')) {
		my @list = tokens(slurp($header));
		for (my $i = 0; $i + 2 < @list; $i++) {
			next unless $list[$i][0] eq 'enum' &&
			    $list[$i + 2][0] eq '{';
			my @names;
			for ($i += 3; $list[$i][0] ne '}'; $i++) {
				push @names, $list[$i][0]
				    if $list[$i - 1][0] =~ /^[{,]$/;
			}
			push @enums, \@names;
			$member{$names[$_]} = [$#enums, $_] for 0 .. $#names;
		}
	}
}

# Brackets, functions, and what is code
sub survey {
	my (@open, $name, $body, $call);
	for my $i (0 .. $#tok) {
		my $t = text($i);
		if ($t =~ /^[(\[{]$/) {
			$call = $i - 1 if $t eq '(' && !@open;
			$body = $i, $name = text($call)
			    if $t eq '{' && !@open && text($i - 1) eq ')';
			push @open, $i;
		} elsif ($t =~ /^[)\]}]$/) {
			my $from = pop @open;
			@partner[$i, $from] = ($from, $i);
			undef $body if defined $body && $from == $body;
		}
		$function[$i] = defined $body ? $name : '-';
		$code[$i] = defined $body ? 2 :
		    @open && text($open[0]) eq '{' &&
		    text($open[0] - 1) =~ /^(?:=|enum)$/ ? 1 : 0;
		$binary[$i] = $tok[$i - 1][2] =~ /word|number|char/ &&
		    text($i - 1) !~ /^(?:return|case)$/ ||
		    text($i - 1) eq ']' ||
		    text($i - 1) eq ')' && !is_cast($i - 1) if $i > 0;
	}
}

# A declaration is code from each = on: mark the rest as none.
sub hide_declaration {
	my ($from, $to) = @_;
	my $hidden = 1;
	for (my $i = $from; $i <= $to; $i++) {
		$hidden = 0 if text($i) eq '=';
		$hidden = 1 if text($i) eq ',';
		if (!$hidden && text($i) =~ /^[(\[{]$/) {
			$i = $partner[$i];
			next;
		}
		$code[$i] = 0 if $hidden || text($i) eq '=';
	}
}

# One mutant: the octets from..to become new.
sub mutant {
	my ($at, $operator, $from, $to, $new) = @_;
	my $begin = rindex($source, "\n", $from) + 1;
	my $end = index($source, "\n", $to > $from ? $to - 1 : $to);
	my $line = 1 + (substr($source, 0, $tok[$at][1]) =~ tr/\n//);
	return if $made{"$from $to $new"}++;
	my $old = substr $source, $begin, $end - $begin;
	my $becomes = substr($source, $begin, $from - $begin) . $new .
	    substr($source, $to, $end - $to);
	for ($old, $becomes) {
		s{/\*.*?\*/}{}gs;
		s/\s+/ /g;
		s/^ | $//g;
	}
	my $name = "$file:$line:$operator";
	$name .= ".$times{$name}" if ++$times{$name} > 1;
	push @mutants, [$name, $function[$at], $old, $becomes, $from, $to,
	    $new];
}

sub change {
	my ($i, $new, $operator) = @_;
	mutant($i, $operator // $new, $tok[$i][1], end_of($i), $new);
}

# The expression of the tokens from..to is not so, always, never.
sub condition {
	my ($at, $from, $to, @how) = @_;
	my ($begin, $end) = ($tok[$from][1], end_of($to));
	my $was = substr $source, $begin, $end - $begin;
	my %new = (not => "!($was)", true => '1', false => '0');
	mutant($at, $_, $begin, $end, $new{$_}) for @how;
}

# The first token of the expression that ends before i
sub left_of {
	my ($i, $stop) = @_;
	while (text($i - 1) !~ $stop) {
		$i--;
		$i = $partner[$i] if text($i) =~ /^[)\]}]$/;
	}
	return $i;
}

# The last token of the expression that begins after i
sub right_of {
	my ($i, $stop) = @_;
	while (text($i + 1) !~ $stop) {
		$i++;
		$i = $partner[$i] if text($i) =~ /^[(\[{]$/;
	}
	return $i;
}

sub constant {
	my ($i) = @_;
	my ($t, $kind) = @{$tok[$i]}[0, 2];
	my $place = $member{$t};
	if ($kind eq 'word' && $place && @{$enums[$place->[0]]} > 1) {
		my ($list, $at) = ($enums[$place->[0]], $place->[1]);
		change($i, $list->[($at + 1) % @$list], 'next');
		change($i, $list->[$at - 1], 'previous') if @$list > 2;
		return;
	}
	change($i, "($t + 1)", '+1');
	change($i, "($t - 1)", '-1') unless $t eq '1';
	change($i, '0') if $kind eq 'number' && $t !~ /^(?:0|0x0+)$/;
}

sub expression_token {
	my ($i) = @_;
	my ($t, $kind) = @{$tok[$i]}[0, 2];
	if ($kind =~ /number|char/ ||
	    $kind eq 'word' && $t =~ /^[A-Z][A-Z0-9_]+$/ && $t ne 'NULL' &&
	    ($code[$i] == 2 || "$tok[$i - 1][0] $tok[$i + 1][0]" !~ /[=\[]/)) {
		constant($i);
	} elsif ($relation{$t}) {
		# Of two addresses the linker decides which is the greater; and
		# what fails returns -1 and nothing below.
		my $last = text($i + 1) eq '&' || text($i + 1) eq '-' ? 0 :
		    $#{$relation{$t}};
		change($i, $_) for @{$relation{$t}}[0 .. $last];
	} elsif ($operator{$t} && $binary[$i]) {
		change($i, $_) for @{$operator{$t}};
	} elsif ($assignment{$t}) {
		change($i, $_) for @{$assignment{$t}};
	} elsif ($t =~ /^[!~]$/) {
		change($i, '', "no-$t");
	} elsif ($t eq '?') {
		condition($i, left_of($i, $condition_begins), $i - 1, 'not');
	}
	if ($t eq '&&' || $t eq '||') {
		my $how = $t eq '&&' ? 'true' : 'false';
		condition($i, left_of($i, $operand_begins), $i - 1, $how);
		condition($i, $i + 1, right_of($i, $operand_ends), $how);
	}
}

# The statement that begins at i; returns the token after what it looked at.
sub statement {
	my ($i) = @_;
	my $t = text($i);
	return $i + 1 if $t =~ /^(?:[{};:]|else|do|default|inline)$/;
	if ($t =~ /^(?:if|while|switch)$/) {
		my $close = $partner[$i + 1];
		condition($i, $i + 2, $close - 1, $t eq 'if' ?
		    qw(not true false) : qw(not false)) if $t ne 'switch';
		return $close + 1;
	}
	if ($t eq 'for') {
		my $begin = $i + 2;
		$begin++ while text($begin) ne ';';
		my $end = $begin + 1;
		$end++ while text($end) ne ';';
		condition($i, $begin + 1, $end - 1, qw(not false));
		return $partner[$i + 1] + 1;
	}
	my $end = $i;
	if ($t eq 'case') {
		$end++ while text($end) ne ':';
		mutant($i, 'gone', $tok[$i][1], end_of($end), '');
		return $end + 1;
	}
	$end = right_of($i, qr/^;$/) + 1;
	if ($t =~ $type || $tok[$i][2] eq 'word' &&
	    $tok[$i + 1][2] eq 'word' && $t ne 'return') {
		hide_declaration($i, $end);
		return $end + 1;
	}
	mutant($i, 'gone', $tok[$i][1], $tok[$end][1], '');
	if ($t eq 'return' && $end > $i + 1) {
		condition($i, $i + 1, $end - 1, 'not');
		condition($i, $i + 1, $end - 1, 'false')
		    unless $tok[$i + 1][2] eq 'number';
	}
	return $end + 1;
}

@tok = tokens($source);
read_enums();
survey();
for (my $i = 0; $i < @tok;) {
	$i = $code[$i] == 2 ? statement($i) : $i + 1;
}
for my $i (0 .. $#tok) {
	expression_token($i) if $code[$i];
}

if (!defined $wanted) {
	print join("\t", @{$_}[0 .. 3]), "\n" for @mutants;
	exit 0;
}
my %named = map { $_->[0] => $_ } @mutants;

# The file with this mutant in it
sub mutated {
	my ($name) = @_;
	my $m = $named{$name} or die "no mutant $name\n";
	my $text = $source;
	substr($text, $m->[4], $m->[5] - $m->[4]) = $m->[6];
	return $text;
}

if ($wanted ne '-d') {
	print mutated($wanted);
	exit 0;
}
while (my $name = <STDIN>) {
	chomp $name;
	(my $plain = $name) =~ s{/}{div};
	open my $out, '>', "$dir/$plain" or die "$dir/$plain: $!\n";
	print $out mutated($name);
	close $out or die "$dir/$plain: $!\n";
}
