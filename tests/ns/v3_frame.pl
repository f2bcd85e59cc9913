# Prints one frame in hex, for inject, every field to be chosen:
#
#   perl v3_frame.pl advert|arp|ns|na|echo [FIELD=VALUE]...
#
# advert is of version 3, IPv4 or IPv6 by its source; form=message or pseudo is
# its checksum in IPv4.  arp is a request, or with op=2 a reply, ns a neighbour
# solicitation, na an unsolicited advertisement to all, echo an echo request of
# either family.
use strict;
use warnings;
use Socket qw(inet_pton AF_INET AF_INET6);

my $kind = shift @ARGV;
my %f = (dmac => undef, smac => '020000000063', src => '10.0.0.99',
    dst => undef, ttl => 255, version => 3, type => 1, vrid => 51,
    prio => 100, reserved => 0, interval => 10, list => undef, count => undef,
    sum => undef, form => 'message', target => '10.0.0.1', mac => undef,
    op => 1);
for (@ARGV) {
	my ($name, $value) = split /=/, $_, 2;
	die "$name: no such field\n" unless exists $f{$name};
	$f{$name} = $value;
}
my $v6 = $f{src} =~ /:/;

sub checksum {
	my ($sum, $text) = (0, shift);
	$sum += $_ for unpack 'n*', length($text) % 2 ? "$text\0" : $text;
	$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
	return ~$sum & 0xffff;
}
sub addr { $_[0] =~ /:/ ? inet_pton(AF_INET6, $_[0]) : inet_pton(AF_INET, $_[0]) }
sub pseudo {
	my ($proto, $len) = @_;
	return addr($f{src}) . addr($f{dst}) .
	    ($v6 ? pack('NN', $len, $proto) : pack('nn', $proto, $len));
}
sub ip {
	my ($proto, $body) = @_;
	return pack('NnCC', 0x6c000000, length $body, $proto, $f{ttl}) .
	    addr($f{src}) . addr($f{dst}) . $body if $v6;
	my $head = pack 'CCnnnCCna4a4', 0x45, 0xc0, 20 + length $body, 1, 0,
	    $f{ttl}, $proto, 0, addr($f{src}), addr($f{dst});
	substr($head, 10, 2) = pack 'n', checksum($head);
	return $head . $body;
}
sub frame {
	my ($type, $body) = @_;
	my $frame = pack('H12H12n', $f{dmac}, $f{smac}, $type) . $body;
	$frame .= "\0" x (60 - length $frame) if length $frame < 60;
	print unpack('H*', $frame), "\n";
}

if ($kind eq 'advert') {
	$f{dst} //= $v6 ? 'ff02::12' : '224.0.0.18';
	$f{dmac} //= $v6 ? '333300000012' : '01005e000012';
	$f{list} //= $v6 ? 'fe80::1,2001:db8::1' : '10.0.0.1';
	my @list = map { addr($_) } split /,/, $f{list};
	my @head = ($f{version} << 4 | $f{type}, $f{vrid}, $f{prio},
	    $f{count} // scalar @list, $f{reserved} << 12 | $f{interval});
	my $message = pack('C4nn', @head, 0) . join '', @list;
	my $sum = $f{sum} // checksum(($v6 || $f{form} eq 'pseudo' ?
	    pseudo(112, length $message) : '') . $message);
	substr($message, 6, 2) = pack 'n', $sum;
	frame($v6 ? 0x86dd : 0x0800, ip(112, $message));
} elsif ($kind eq 'arp') {
	$f{dmac} //= 'ffffffffffff';
	frame(0x0806, pack 'nnCCnH12a4H12a4', 1, 0x0800, 6, 4, $f{op},
	    $f{mac} // $f{smac}, addr($f{src}), '000000000000',
	    addr($f{target}));
} elsif ($kind eq 'ns') {
	my $low = substr addr($f{target}), 13;
	$f{dmac} //= '3333ff' . unpack 'H*', $low;
	$f{dst} //= sprintf 'ff02::1:ff%02x:%02x%02x', unpack 'C3', $low;
	my $message = pack('CCnN', 135, 0, 0, 0) . addr($f{target});
	$message .= pack('CCH12', 1, 1, $f{mac} // $f{smac}) if $f{src} ne '::';
	substr($message, 2, 2) = pack 'n',
	    checksum(pseudo(58, length $message) . $message);
	frame(0x86dd, ip(58, $message));
} elsif ($kind eq 'na') {
	$f{dmac} //= '333300000001';
	$f{dst} //= 'ff02::1';
	my $message = pack('CCnN', 136, 0, 0, 0x20000000) . addr($f{target}) .
	    pack('CCH12', 2, 1, $f{mac} // $f{smac});
	substr($message, 2, 2) = pack 'n', $f{sum} //
	    checksum(pseudo(58, length $message) . $message);
	frame(0x86dd, ip(58, $message));
} elsif ($kind eq 'echo') {
	my $message = pack 'CCnnn', $v6 ? 128 : 8, 0, 0, 7, 7;
	substr($message, 2, 2) = pack 'n', checksum(
	    ($v6 ? pseudo(58, length $message) : '') . $message);
	frame($v6 ? 0x86dd : 0x0800, ip($v6 ? 58 : 1, $message));
} else {
	die "$kind: no such kind\n";
}
