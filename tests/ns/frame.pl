# Prints one VRRPv2 advert as an Ethernet frame in hex, every field to be
# chosen, checksums right unless given:
#
#   perl frame.pl [FIELD=VALUE]...
#
#   dmac smac vlan src dst ttl proto version type vrid prio auth password
#   interval list (of addresses, with commas) sum
use strict;
use warnings;
use Socket;

my %f = (dmac => '01005e000012', smac => '00005e000133', vlan => '',
    src => '10.0.0.99', dst => '224.0.0.18', ttl => 255, proto => 112,
    version => 2, type => 1, vrid => 51, prio => 100, auth => 0,
    password => '', interval => 1, list => '10.0.0.1', sum => undef);
for (@ARGV) {
	my ($name, $value) = split /=/, $_, 2;
	die "$name: no such field\n" unless exists $f{$name};
	$f{$name} = $value;
}

sub checksum {
	my ($sum, $text) = (0, shift);
	$sum += $_ for unpack 'n*', length($text) % 2 ? "$text\0" : $text;
	$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
	return ~$sum & 0xffff;
}

my @list = map { inet_aton($_) } split /,/, $f{list};
my $head = pack 'C6', $f{version} << 4 | $f{type}, $f{vrid}, $f{prio},
    scalar @list, $f{auth}, $f{interval};
my $tail = join('', @list) . pack 'a8', $f{password};
my $message = $head . pack('n', $f{sum} // checksum("$head\0\0$tail")) . $tail;
my @ip = (0x45, 0xc0, 20 + length $message, 1, 0, $f{ttl}, $f{proto}, 0,
    inet_aton($f{src}), inet_aton($f{dst}));
$ip[7] = checksum(pack 'CCnnnCCna4a4', @ip);
my $tag = $f{vlan} ne '' ? pack('nn', 0x8100, $f{vlan}) : '';
my $frame = pack('H12H12', $f{dmac}, $f{smac}) . $tag .
    pack('nCCnnnCCna4a4', 0x0800, @ip) . $message;
$frame .= "\0" x (60 - length $frame) if length $frame < 60;
print unpack('H*', $frame), "\n";
