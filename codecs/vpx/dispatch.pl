#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Evaluates one of libvpx's *_rtcd_defs.pl files and lists its kernels as "return type|name|arguments|variant=symbol ...".
#
# usage: dispatch.pl CONFIG_MK DEFS.pl   (DECLARATIONS=1: prints the forward declarations instead)
# The definition files are a language of calls (add_proto, specialize, ...) made for libvpx's rtcd.pl, which can only
# choose among the variants of one instruction set. Not strict, because they hold bare words.

use warnings;
no warnings 'once';

%opts = (arch => 'x86_64');
my %config;
open my $config_file, '<', shift @ARGV or die "$!";
while (<$config_file>) { $config{$1} = $2 if /^((?:CONFIG|HAVE)_\w+)=(\S+)/; }
close $config_file;

my (%functions, @order, %variants, @declarations);
sub vpx_config { return $config{$_[0]} // ''; }
sub forward_decls { push @declarations, @_; }
sub specialize { my $name = shift; push @{$variants{$name}}, grep { defined && length } @_; }
sub add_proto {
  my $arguments = pop @_;
  my $name = pop @_;
  push @order, $name unless $functions{$name};
  $functions{$name} = ["@_", $arguments];
}

my $path = shift @ARGV;
open my $in, '<', $path or die "$path: $!";
my $text = do { local $/; <$in> };
eval $text;
die "$path: $@" if $@;

if ($ENV{DECLARATIONS}) { $_->() for @declarations; exit 0; }
for my $name (@order) {
  my ($type, $arguments) = @{$functions{$name}};
  # A file may give a variant another symbol than the rule: $vp8_foo_sse2=vp8_bar_sse2;
  my @list = map { my $variable = "${name}_$_"; "$_=" . (${$variable} // $variable) } 'c', @{$variants{$name} // []};
  print "$type|$name|$arguments|@list\n";
}
