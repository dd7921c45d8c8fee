using System.Numerics;
using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>NUMA: which nodes memory comes from, is on, and moves to.</summary>
/// <remarks>The order of checks is Linux's. Source: Linux, mm/mempolicy.c, mm/migrate.c (do_pages_move, do_pages_stat).</remarks>
internal static unsafe class NodeCalls
{
    // Linux's MAX_NUMNODES of the distributions' kernels. Bits from 64 on, for nodes that are not there, become one.
    private const int MaxNodes = 1024;
    private const ulong Far = 1UL << 63;

    private const uint MoveFlag = 2, MoveAllFlag = 4, StrictFlag = 1;

    /// <summary>mbind(2).</summary>
    [Syscall(237)]
    internal static long Bind(ulong start, ulong length, uint mode, ulong mask, ulong bits, uint flags)
    {
        long result = Read(mode, mask, bits, out MemoryPolicy policy);
        ulong end = start + AddressSpace.RoundUp(length);
        if (result < 0)
        {
            return result;
        }

        if ((flags & ~(MoveFlag | MoveAllFlag | StrictFlag)) != 0 || start % AddressSpace.PageSize != 0 || end < start)
        {
            return -Errno.EINVAL;
        }

        result = end == start ? 0 : Resolve(ref policy);
        if (result < 0 || end == start)
        {
            return result;
        }

        bool isStrict = (flags & StrictFlag) != 0 && !policy.IsDefault;
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        result = space->SetPolicy(start, end, policy, (flags & (MoveFlag | MoveAllFlag)) != 0, isStrict);
        space->Lock.Exit();
        return result;
    }

    /// <summary>set_mempolicy(2).</summary>
    [Syscall(238)]
    internal static long SetPolicy(uint mode, ulong mask, ulong bits)
    {
        long result = Read(mode, mask, bits, out MemoryPolicy policy);
        result = result < 0 ? result : Resolve(ref policy);
        if (result == 0)
        {
            Scheduler.Current->MemoryPolicy = policy;
            UserPageTables.ThreadPolicy = &OfThread;
        }

        return result;
    }

    /// <summary>get_mempolicy(2).</summary>
    [Syscall(239)]
    internal static long GetPolicy(ulong mode, ulong mask, ulong bits, ulong address, ulong flags)
    {
        const uint Node = 1, Address = 2, Allowed = 4;
        if ((mask != 0 && bits < (ulong)Count) || (flags & ~(ulong)(Node | Address | Allowed)) != 0)
        {
            return -Errno.EINVAL;
        }

        long value = 0;
        ulong nodes = Online;
        if ((flags & Allowed) != 0)
        {
            if (flags != Allowed)
            {
                return -Errno.EINVAL;
            }
        }
        else
        {
            MemoryPolicy policy = Scheduler.Current->MemoryPolicy;
            if ((flags & Address) != 0)
            {
                AddressSpace* space = AddressSpace.Current;
                space->Lock.Enter();
                bool isThere = space->TryGetPolicy(address, out policy);
                value = !isThere ? -Errno.EFAULT : (flags & Node) != 0 ? space->ProvideOnNode(address) : 0;
                space->Lock.Exit();
            }
            else if (address != 0)
            {
                value = -Errno.EINVAL;
            }
            else if ((flags & Node) != 0)
            {
                value = policy.IsInTurns ? NodePlacement.NodeInTurn(policy.Nodes, 0) : -Errno.EINVAL;
            }

            if (value < 0)
            {
                return value;
            }

            value = (flags & Node) != 0 ? value : policy.Mode | policy.Flags;
            nodes = policy.IsRelativeToUser ? policy.UserNodes : policy.Nodes;
        }

        return mode != 0 && !UserMemory.TryWrite(mode, (int)value) ? -Errno.EFAULT : mask == 0 ? 0 : WriteNodes(mask, bits, nodes);
    }

    /// <summary>set_mempolicy_home_node(2).</summary>
    [Syscall(450)]
    internal static long SetHomeNode(ulong start, ulong length, ulong node, ulong flags)
    {
        ulong end = start + AddressSpace.RoundUp(length);
        if (start % AddressSpace.PageSize != 0 || flags != 0 || node >= (ulong)Count || end < start)
        {
            return -Errno.EINVAL;
        }

        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = end == start ? 0 : space->SetHomeNode(start, end, (int)node);
        space->Lock.Exit();
        return result;
    }

    /// <summary>migrate_pages(2): of this process, which is the only one.</summary>
    /// <returns>How many pages could not be moved.</returns>
    [Syscall(256)]
    internal static long Migrate(int process, ulong bits, ulong from, ulong to)
    {
        long result = ReadNodes(from, bits, out ulong leaving);
        result = result < 0 ? result : ReadNodes(to, bits, out to);
        result = result < 0 ? result : Find(process);
        if (result < 0)
        {
            return result;
        }

        to &= Online;
        if (to == 0)
        {
            return -Errno.EINVAL;
        }

        // As in Linux, where the numbers of nodes differ, what is on one of the new ones stays.
        ulong staying = BitOperations.PopCount(leaving) == BitOperations.PopCount(to) ? ~leaving : ~leaving | to;
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        result = space->MoveAway(AddressSpace.Lowest, AddressSpace.Highest, staying, to);
        space->Lock.Exit();
        return result;
    }

    /// <summary>move_pages(2): of this process, which is the only one.</summary>
    [Syscall(279)]
    internal static long MovePages(int process, ulong count, ulong pages, ulong nodes, ulong status, uint flags)
    {
        if ((flags & ~(MoveFlag | MoveAllFlag)) != 0)
        {
            return -Errno.EINVAL;
        }

        long result = Find(process);
        AddressSpace* space = AddressSpace.Current;
        for (ulong i = 0; i < count && result == 0; i++)
        {
            int node = -1;
            if (!UserMemory.TryRead(pages + (i * sizeof(ulong)), out ulong page) || (nodes != 0 && !UserMemory.TryRead(nodes + (i * sizeof(int)), out node)))
            {
                return -Errno.EFAULT;
            }

            if (nodes != 0 && (uint)node >= Count)
            {
                return -Errno.ENODEV;
            }

            space->Lock.Enter();
            int place = (int)space->MovePage(page, node);
            space->Lock.Exit();
            result = UserMemory.TryWrite(status + (i * sizeof(int)), place) ? 0 : -Errno.EFAULT;
        }

        return result;
    }

    private static int Count => KernelMemory.Nodes->Count;

    private static ulong Online => (1UL << Count) - 1;

    private static MemoryPolicy* OfThread() => &Scheduler.Current->MemoryPolicy;

    private static long Find(int process) => process == 0 || process == Process.Id ? 0 : -Errno.ESRCH;

    private static long Read(uint mode, ulong mask, ulong bits, out MemoryPolicy policy)
    {
        const uint All = MemoryPolicy.StaticNodes | MemoryPolicy.RelativeNodes | MemoryPolicy.Balancing;
        policy = new MemoryPolicy { Mode = (ushort)(mode & ~All), Flags = (ushort)(mode & All) };
        bool isWrong = (mode & ~All) > MemoryPolicy.Weighted
            || (policy.Flags & (MemoryPolicy.StaticNodes | MemoryPolicy.RelativeNodes)) == (MemoryPolicy.StaticNodes | MemoryPolicy.RelativeNodes)
            || ((policy.Flags & MemoryPolicy.Balancing) != 0 && policy.Mode is not (MemoryPolicy.Bind or MemoryPolicy.PreferredMany));
        return isWrong ? -Errno.EINVAL : ReadNodes(mask, bits, out policy.UserNodes);
    }

    /// <summary>Reads a mask of nodes, whose length counts one bit more than there is.</summary>
    private static long ReadNodes(ulong mask, ulong bits, out ulong nodes)
    {
        nodes = 0;
        bits--;
        if (bits == 0 || mask == 0)
        {
            return 0;
        }

        if (bits > AddressSpace.PageSize * 8)
        {
            return -Errno.EINVAL;
        }

        for (ulong word = (bits + 63) / 64; word-- > 0;)
        {
            if (!UserMemory.TryRead(mask + (word * sizeof(ulong)), out ulong value))
            {
                return -Errno.EFAULT;
            }

            value &= word == bits / 64 ? (1UL << (int)(bits % 64)) - 1 : ulong.MaxValue;
            if (word >= MaxNodes / 64 && value != 0)
            {
                return -Errno.EINVAL;
            }

            nodes |= word == 0 ? value : value != 0 ? Far : 0;
        }

        return 0;
    }

    private static long WriteNodes(ulong mask, ulong bits, ulong nodes)
    {
        ulong bytes = (bits + 62) / 64 * sizeof(ulong);
        if (bytes > sizeof(ulong))
        {
            ulong rest = bytes - sizeof(ulong);
            if (bytes > AddressSpace.PageSize)
            {
                return -Errno.EINVAL;
            }

            if (UserMemory.Clear(mask + sizeof(ulong), rest) != rest)
            {
                return -Errno.EFAULT;
            }
        }

        return bytes == 0 || UserMemory.TryWrite(mask, nodes) ? 0 : -Errno.EFAULT;
    }

    /// <summary>Finds the nodes that a policy means on this machine.</summary>
    private static long Resolve(ref MemoryPolicy policy)
    {
        bool isEmpty = policy.UserNodes == 0;
        switch (policy.Mode)
        {
            case MemoryPolicy.Default:
                policy = default;
                return isEmpty ? 0 : -Errno.EINVAL;
            case MemoryPolicy.Preferred or MemoryPolicy.Local when isEmpty:
                policy.Mode = MemoryPolicy.Local;
                return policy.IsRelativeToUser ? -Errno.EINVAL : 0;
            case MemoryPolicy.Local:
                return -Errno.EINVAL;
        }

        policy.Nodes = policy.UserNodes & Online;
        if ((policy.Flags & MemoryPolicy.RelativeNodes) != 0)
        {
            policy.Nodes = 0;
            for (ulong rest = policy.UserNodes; rest != 0; rest &= rest - 1)
            {
                policy.Nodes |= 1UL << (BitOperations.TrailingZeroCount(rest) % Count);
            }
        }

        policy.Nodes &= policy.Mode == MemoryPolicy.Preferred ? (ulong)-(long)policy.Nodes : ulong.MaxValue;
        return policy.Nodes != 0 ? 0 : -Errno.EINVAL;
    }
}
