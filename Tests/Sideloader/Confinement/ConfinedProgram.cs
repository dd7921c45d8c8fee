using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Confinement;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Confinement;

/// <summary>A process that is confined and then tries to break out: one line for each attempt.</summary>
internal static unsafe class ConfinedProgram
{
    /// <summary>Tries everything on the first thread and on another.</summary>
    /// <param name="arguments">A tree, one that is read-only, one file outside, a directory for sockets.</param>
    internal static int Run(string[] arguments)
    {
        (string tree, string readOnly, string outside, string sockets) = (arguments[0], arguments[1], arguments[2], arguments[3]);
        ProcessConfinement.Enter(new ConfinementPlan
        {
            Trees = [(tree, false), (readOnly, true)],
            ForSockets = [sockets],
            Log = line => Console.WriteLine($"log {line}"),
        });
        Try("first", tree, readOnly, outside);
        var thread = new Thread(() => Try("other", tree, readOnly, outside));
        thread.Start();
        thread.Join();
        GC.Collect();
        return 0;
    }

    private static void Try(string thread, string tree, string readOnly, string outside)
    {
        Say("read in the tree", Open($"{tree}/file", OpenFlags.ReadOnly));
        Say("make in the tree", Open($"{tree}/made-{thread}", OpenFlags.ReadWrite | OpenFlags.Create));
        Directory.CreateDirectory($"{tree}/dir");
        Say("move in the tree", Two(Libc.RenameAt, $"{tree}/made-{thread}", $"{tree}/dir/moved-{thread}"));
        Say("read in the read-only tree", Open($"{readOnly}/file", OpenFlags.ReadOnly));
        Say("write in the read-only tree", Open($"{readOnly}/file", OpenFlags.WriteOnly));
        Say("make in the read-only tree", Open($"{readOnly}/made", OpenFlags.ReadWrite | OpenFlags.Create));
        Say("read outside", Open(outside, OpenFlags.ReadOnly));
        Say("write outside", Open(outside, OpenFlags.WriteOnly));
        Say("read passwords", Open("/etc/passwd", OpenFlags.ReadOnly));
        Say("read the environment of its parent", Open($"/proc/{ParentProcess()}/environ", OpenFlags.ReadOnly));
        Say("read outside by a link", Linked($"{tree}/link-{thread}", outside));
        fixed (byte* path = FuseGuest.Texts([$"{tree}/device-{thread}"]))
            Say("make a device", Libc.MakeNodeAt(-100, path, 0x21B6, 0x103));
        fixed (byte* shell = FuseGuest.Texts(["/bin/sh"]))
        {
            byte** nothing = stackalloc byte*[1] { null };
            Say("execute", Libc.Execute(shell, nothing, nothing));
        }

        Say("fork", Call(56, 17));
        Say("fork by clone3", Call(435, 0));
        Say("new namespaces", Call(56, 0x1_0000 | 0x1000_0000));
        Say("unshare", Call(272, 0x1000_0000));
        Say("signal its parent", Call(62, ParentProcess(), 10));
        Say("signal a thread of its parent", Call(234, ParentProcess(), ParentProcess()));
        Say("trace", Call(101, 0));
        Say("network", Call(41, 2, 1));
        Say("unix socket", Call(41, 1, 1));
        Say("mount", Call(165, 0));
        Say("open by handle", Call(304, 0));
        Say("load a program into the kernel", Call(321, 0));
        Say("become another user", Call(105, 1));
        Say("its own priority", Call(140, 0));
        Say("type into the terminal", Call(16, 0, 0x5412));
        Say("the 32-bit numbers", Call(0x4000_0000 + 39, 0));

        void Say(string attempt, long result)
        {
            string said = result < 0 ? $"{Libc.LastError}" : "ok";
            Console.WriteLine($"{attempt}: {said}");
        }
    }

    private static int ParentProcess() => (int)Call(110, 0);

    private static long Call(long number, long first, long second = 0) => Libc.SystemCall(number, first, (void*)second, null, 0, null);

    private static long Open(string path, OpenFlags flags)
    {
        fixed (byte* text = FuseGuest.Texts([path]))
            return Libc.OpenAt(-100, text, flags, 0x1A4);
    }

    private delegate int Renamer(int oldDirectory, byte* oldPath, int newDirectory, byte* newPath, uint flags);

    private static long Two(Renamer call, string one, string other)
    {
        fixed (byte* first = FuseGuest.Texts([one]), second = FuseGuest.Texts([other]))
            return call(-100, first, -100, second, 0);
    }

    private static long Linked(string link, string target)
    {
        fixed (byte* first = Encoding.UTF8.GetBytes(target + "\0"), second = Encoding.UTF8.GetBytes(link + "\0"))
        {
            if (Libc.SymbolicLinkAt(first, -100, second) < 0)
                return -1;
            return Libc.OpenAt(-100, second, OpenFlags.ReadOnly, 0);
        }
    }
}
