using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Debian's busybox where it changes files, or finds that it cannot.</summary>
/// <remarks>One process each, nothing that root alone may do, nothing that tells one machine from another.</remarks>
public sealed class BusyboxTests
{
    [Theory]
    [InlineData("cp -v library.lua copy")]
    [InlineData("cp library.lua missing/copy")]
    [InlineData("cp -r . copy")]
    [InlineData("cp -l -v spoilt hard")]
    [InlineData("cp -s -v spoilt soft")]
    [InlineData("cp -u spoilt common.sh")]
    [InlineData("mv -v library.lua moved")]
    [InlineData("mv -n spoilt common.sh")]
    [InlineData("mv missing moved")]
    [InlineData("mkdir -v one two")]
    [InlineData("mkdir -p a/b/c")]
    [InlineData("mkdir -m 700 private")]
    [InlineData("mkdir common.sh")]
    [InlineData("rmdir -p missing")]
    [InlineData("rmdir common.sh")]
    [InlineData("rm library.lua common.sh missing")]
    [InlineData("rm -r -f . spoilt")]
    [InlineData("rm -f missing")]
    [InlineData("ln -s -v library.lua soft")]
    [InlineData("ln -v library.lua hard")]
    [InlineData("ln missing hard")]
    [InlineData("ln -s -f library.lua common.sh")]
    [InlineData("link library.lua hard")]
    [InlineData("unlink library.lua")]
    [InlineData("unlink missing")]
    [InlineData("touch new library.lua")]
    [InlineData("touch -c missing")]
    [InlineData("touch -r spoilt library.lua")]
    [InlineData("truncate -s 100 library.lua")]
    [InlineData("truncate -s +1K new")]
    [InlineData("truncate -s 1x new")]
    [InlineData("chmod -v 600 library.lua common.sh")]
    [InlineData("chmod -c u+x,g-r,o= library.lua")]
    [InlineData("chmod -R a+rX .")]
    [InlineData("chmod 644 missing")]
    [InlineData("mkfifo -m 600 pipe")]
    [InlineData("dd if=library.lua of=copy bs=100 count=3 seek=2")]
    [InlineData("dd if=library.lua of=library.lua bs=10 count=1 conv=notrunc")]
    [InlineData("dd if=/dev/zero of=zeros bs=64k count=16")]
    [InlineData("shred -u spoilt")]
    [InlineData("fallocate -l 10000 new")]
    [InlineData("gzip -k library.lua")]
    [InlineData("gzip -9 common.sh")]
    [InlineData("gunzip missing.gz")]
    [InlineData("bzip2 -k library.lua")]
    [InlineData("xz library.lua")]
    [InlineData("tar -c -v -f out.tar library.lua common.sh")]
    [InlineData("tar -x -f library.lua")]
    [InlineData("ar -r out.a library.lua")]
    [InlineData("unix2dos library.lua")]
    [InlineData("dos2unix missing")]
    [InlineData("tee one two")]
    [InlineData("du -s missing")]
    [InlineData("sync")]
    [InlineData("timeout 5")]
    [InlineData("kill -l 15")]
    [InlineData("cat missing library.lua")]
    [InlineData("uudecode library.lua")]
    [InlineData("uuencode library.lua name")]
    [InlineData("sha3sum library.lua")]
    [InlineData("find . -type f -name *.lua -size +1k")]
    [InlineData("find . -newer missing")]
    [InlineData("find . -name spoilt -delete -print")]
    [InlineData("ls -l missing")]
    [InlineData("ls -1 -a .")]
    [InlineData("ls -i missing")]
    [InlineData("ed missing")]
    [InlineData("patch missing")]
    [InlineData("nc -z 127.0.0.1 1")]
    [InlineData("wget http://127.0.0.1:1/")]
    [InlineData("telnet 127.0.0.1 1")]
    [InlineData("mkpasswd -m md5 -S abcdefgh word")]
    [InlineData("cmp library.lua common.sh")]
    public void It_says_and_returns_what_it_does_on_Linux(string command) => MustEqualLinux(command, cpus: 1);

    // One thread each: more cores can only show in how a machine starts and ends, so that one use of each kind is enough.
    [Theory]
    [InlineData("cp -r . copy")]
    [InlineData("gzip -k library.lua")]
    [InlineData("tar -c -v -f out.tar library.lua common.sh")]
    [InlineData("find . -type f -name *.lua -size +1k")]
    [InlineData("dd if=/dev/zero of=zeros bs=64k count=16")]
    [InlineData("nc -z 127.0.0.1 1")]
    public void It_does_so_on_two_cores_and_on_four(string command)
    {
        MustEqualLinux(command, cpus: 2);
        MustEqualLinux(command, cpus: 4);
    }

    private static void MustEqualLinux(string command, int cpus)
        => new ProgramRun("/bin/busybox", command.Split(' ')) { Files = ["Lua/library.lua", "Shell/common.sh", "Fio/spoilt"] }.MustEqualLinux(cpus);
}
