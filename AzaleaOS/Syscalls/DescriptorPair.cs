using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>The two descriptors that pipe and socketpair give.</summary>
internal unsafe struct DescriptorPair
{
    /// <summary>The first one: the reading end of a pipe.</summary>
    internal int First;

    /// <summary>The second one.</summary>
    internal int Second;

    /// <summary>Gives two open files descriptors and tells the application.</summary>
    /// <param name="first">The first one; its reference is taken over, or given back at an error.</param>
    /// <param name="second">The second one, likewise.</param>
    /// <param name="closeOnExec">FD_CLOEXEC for both.</param>
    /// <param name="to">Where the descriptors go.</param>
    /// <returns>0, or -EMFILE, -ENOMEM, -EFAULT.</returns>
    internal static long Install(OpenFile* first, OpenFile* second, bool closeOnExec, UserPointer<DescriptorPair> to)
    {
        long result = Reserve(closeOnExec, to, out DescriptorPair pair);
        if (result == 0)
        {
            pair.Install(first, second);
            return 0;
        }

        OpenFile.Drop(first);
        OpenFile.Drop(second);
        return result;
    }

    /// <summary>Sets two descriptors aside and tells the application.</summary>
    /// <param name="closeOnExec">FD_CLOEXEC for both.</param>
    /// <param name="to">Where the descriptors go.</param>
    /// <param name="pair">The descriptors.</param>
    /// <returns>0, or -EMFILE, -ENOMEM, -EFAULT; then none is set aside.</returns>
    internal static long Reserve(bool closeOnExec, UserPointer<DescriptorPair> to, out DescriptorPair pair)
    {
        pair = default;
        long one = DescriptorTable.Reserve(closeOnExec);
        long two = one < 0 ? one : DescriptorTable.Reserve(closeOnExec);
        pair.First = (int)one;
        pair.Second = (int)two;
        long result = two < 0 ? two : to.TryWrite(pair) ? 0 : -Errno.EFAULT;
        if (result < 0)
        {
            pair.Unreserve();
        }

        return result;
    }

    /// <summary>Gives the descriptors to two open files, whose references are taken over.</summary>
    internal readonly void Install(OpenFile* first, OpenFile* second)
    {
        DescriptorTable.Install(First, first);
        DescriptorTable.Install(Second, second);
    }

    /// <summary>Gives back those that were set aside.</summary>
    internal readonly void Unreserve()
    {
        if (First >= 0)
        {
            DescriptorTable.Unreserve(First);
        }

        if (Second >= 0)
        {
            DescriptorTable.Unreserve(Second);
        }
    }
}
