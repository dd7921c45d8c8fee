using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Debian's busybox: every applet writes the same bytes here as on Linux, and ends the same way.</summary>
public sealed class BusyboxTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData("sha256sum /etc/os-release")]
    [InlineData("awk -F= {print$2} /etc/os-release")]
    [InlineData("sort /etc/os-release")]
    [InlineData("false")]
    [InlineData("true")]
    [InlineData("cat files/fruits files/prose")]
    [InlineData("cat files/missing files/fruits")]
    [InlineData("cat files")]
    [InlineData("wc files/prose files/bytes files/nothing")]
    [InlineData("wc -l nested/up/numbers")]
    [InlineData("grep -n an files/fruits")]
    [InlineData("grep -ci APPLE files/fruits")]
    [InlineData("grep nothing-like-this files/fruits")]
    [InlineData("grep -E ^[a-f].*e$ files/fruits files/link")]
    [InlineData("md5sum files/bytes files/nothing files/missing")]
    [InlineData("sha1sum files/bytes")]
    [InlineData("sha512sum files/bytes")]
    [InlineData("sha3sum files/bytes")]
    [InlineData("crc32 files/bytes")]
    [InlineData("head -n 3 files/numbers")]
    [InlineData("head -c 100 files/prose")]
    [InlineData("tail -n 3 files/numbers")]
    [InlineData("tail -c +60000 files/bytes")]
    [InlineData("od files/prose")]
    [InlineData("od -A x -t x1z -N 333 files/bytes")]
    [InlineData("hexdump -C files/prose")]
    [InlineData("xxd -l 64 files/bytes")]
    [InlineData("expr 6 * 7")]
    [InlineData("expr 1 = 2")]
    [InlineData("expr 1 +")]
    [InlineData("ls")]
    [InlineData("ls -l files")]
    [InlineData("ls -lan files")]
    [InlineData("ls -lL files/fruits files/link")]
    [InlineData("ls -ld . nested/up empty")]
    [InlineData("ls missing")]
    [InlineData("ls -F files nested")]
    [InlineData("stat -c %n.%s.%a.%h.%u.%g.%F.%Y files/fruits files/script files/link nested")]
    [InlineData("seq 3 4 100")]
    [InlineData("seq -w 8 11")]
    [InlineData("cut -d: -f1,3 files/table")]
    [InlineData("cut -c2-4 files/fruits")]
    [InlineData("uniq -c files/fruits")]
    [InlineData("sort -u files/fruits")]
    [InlineData("sort -n -r files/numbers")]
    [InlineData("sort -t: -k2,2nr files/table")]
    [InlineData("base64 files/bytes")]
    [InlineData("uuencode files/fruits name")]
    [InlineData("printf %05d|%s|%x\\n 42 text 255")]
    [InlineData("env -i A=1 B=2")]
    [InlineData("echo -e one\\ttwo\\nthree")]
    [InlineData("test -f files/fruits")]
    [InlineData("test -d files/fruits")]
    [InlineData("test -x files/script")]
    [InlineData("test -w files/missing")]
    [InlineData("[ -L files/link ]")]
    [InlineData("basename /a/b/c.txt .txt")]
    [InlineData("dirname /a/b/c.txt")]
    [InlineData("sed -n s/a/A/gp files/fruits")]
    [InlineData("sed 2,4d files/fruits")]
    [InlineData("awk {s+=$1}END{print(s,s/NR,NR)} files/numbers")]
    [InlineData("awk BEGIN{for(i=0;i<20;i++)printf(\"%d^2=%d\\n\",i,i*i)}")]
    [InlineData("awk BEGIN{print(sin(1),exp(1),log(10),sqrt(2),int(3.9))}")]
    [InlineData("tac files/fruits")]
    [InlineData("rev files/fruits")]
    [InlineData("nl files/prose")]
    [InlineData("fold -w 20 files/prose")]
    [InlineData("expand files/prose")]
    [InlineData("unexpand -a files/prose")]
    [InlineData("paste files/fruits files/table")]
    [InlineData("cmp files/fruits files/link")]
    [InlineData("cmp files/fruits files/table")]
    [InlineData("diff files/fruits files/table")]
    [InlineData("strings files/bytes")]
    [InlineData("dd if=files/bytes bs=1000 skip=3 count=5")]
    [InlineData("readlink files/link")]
    [InlineData("readlink -f nested/up/link")]
    [InlineData("realpath nested/../nested/up/fruits")]
    [InlineData("pwd")]
    [InlineData("factor 1234567890 97 18446744073709551557")]
    [InlineData("bc -l files/nothing")]
    [InlineData("dc -e 2k1_3/p")]
    [InlineData("date -u -d @1700000000")]
    [InlineData("date -r files/fruits +%s")]
    [InlineData("cal 2 2024")]
    [InlineData("tr a-z A-Z")]
    [InlineData("gzip -c files/prose")]
    [InlineData("bzip2 -c files/bytes")]
    [InlineData("tar -c -f - files/fruits")]
    [InlineData("cpio -t")]
    [InlineData("id")]
    [InlineData("whoami")]
    [InlineData("usleep 1000")]
    [InlineData("sleep 0.01")]
    [InlineData("nice")]
    [InlineData("which busybox")]
    [InlineData("ipcalc -bnm 192.168.3.7/20")]
    [InlineData("mkpasswd -m sha512 -S saltsalt secret")]
    [InlineData("sh -c echo$IFS$0;exit$IFS" + "7")]
    [InlineData("ash -c for$IFS" + "i$IFS" + "in$IFS" + "1$IFS" + "2;do:;done;set--$IFS" + "a;test-f$IFS/x")]
    [InlineData("no-such-applet")]
    [InlineData("--list")]
    public void An_applet_writes_and_ends_as_on_Linux(string command)
    {
        string[] words = [SampleTree.Busybox, .. command.Split(' ')];
        tree.Here(new MachineDescription(), words).MustEqual(tree.OnLinux(words));
    }

    [Theory]
    [InlineData("env")]
    [InlineData("find .")]
    [InlineData("find . -type f -size +1k")]
    [InlineData("find . -name [fn]* -newer /etc/os-release")]
    [InlineData("grep -r leaf .")]
    [InlineData("ls -R -U .")]
    public void What_has_no_order_of_its_own_is_the_same_in_order(string command)
    {
        string[] words = [SampleTree.Busybox, .. command.Split(' ')];
        tree.Here(new MachineDescription(), words).Sorted().MustEqual(tree.OnLinux(words).Sorted());
    }

    [Theory]
    [InlineData("sha256sum /etc/os-release")]
    [InlineData("awk -F= {print$2} /etc/os-release")]
    [InlineData("sort /etc/os-release")]
    [InlineData("false")]
    public void It_is_the_same_when_booted_from_an_ISO(string command)
    {
        string[] words = [SampleTree.Busybox, .. command.Split(' ')];
        tree.Here(new MachineDescription { Boot = BootMethod.Iso }, words).MustEqual(tree.OnLinux(words));
    }

    // Node name, release, version and date are the kernel's own; see docs/differences.md.
    [Theory]
    [InlineData("uname -s", BootMethod.Direct)]
    [InlineData("uname -m", BootMethod.Direct)]
    [InlineData("uname -o", BootMethod.Direct)]
    [InlineData("uname -o", BootMethod.Iso)]
    public void What_uname_can_say_as_Linux_does_it_does(string command, BootMethod boot)
    {
        string[] words = [SampleTree.Busybox, .. command.Split(' ')];
        tree.Here(new MachineDescription { Boot = boot }, words).MustEqual(tree.OnLinux(words));
    }

    [Theory]
    [InlineData(BootMethod.Direct)]
    [InlineData(BootMethod.Iso)]
    public void Uname_has_as_many_fields_as_on_Linux_and_ends_the_same_way(BootMethod boot)
    {
        string[] here = Fields(tree.Here(new MachineDescription { Boot = boot }, SampleTree.Busybox, "uname", "-a"));
        string[] linux = Fields(tree.OnLinux(SampleTree.Busybox, "uname", "-a"));
        Assert.Equal(linux[0], here[0]);
        Assert.Equal("azalea", here[1]);
        Assert.Equal(linux[^2..], here[^2..]);
    }

    private static string[] Fields(Outcome outcome)
    {
        Assert.Equal(0, outcome.Status);
        return outcome.Text.TrimEnd('\n').Split(' ');
    }
}
