# For Homebrew. Read by ruby only; never built on macOS, and url and sha256 are those of no release yet.
class Profilefs < Formula
  desc "Check, sign, compare and edit Apple configuration profiles"
  homepage "https://example.org/profilefs"
  url "https://example.org/profilefs/profilefs-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "MIT"

  depends_on "pkgconf" => :build
  depends_on "uthash" => :build
  depends_on "expat"
  depends_on "jansson"
  depends_on "libplist"
  depends_on "libyaml"
  depends_on "openssl@3"
  depends_on "pcre2"

  def install
    # macOS has no FUSE of its own: this program checks, explodes and implodes, and does not mount.
    system "make", "FUSE=no"
    system "make", "FUSE=no", "PREFIX=#{prefix}",
           "BASHDIR=#{bash_completion}", "ZSHDIR=#{zsh_completion}", "FISHDIR=#{fish_completion}", "install"
  end

  test do
    assert_match "without FUSE", shell_output("#{bin}/profilefs --version")
    (testpath/"p.mobileconfig").write shell_output("#{bin}/profilefs new com.apple.wifi.managed")
    system bin/"profilefs", "explode", "p.mobileconfig", "tree"
    assert_path_exists testpath/"tree/PayloadIdentifier"
  end
end
