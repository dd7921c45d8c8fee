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
        long one = DescriptorTable.Reserve(closeOnExec);
        long two = one < 0 ? one : DescriptorTable.Reserve(closeOnExec);
        long result = two < 0 ? two : to.TryWrite(new DescriptorPair { First = (int)one, Second = (int)two }) ? 0 : -Errno.EFAULT;
        if (result == 0)
        {
            DescriptorTable.Install((int)one, first);
            DescriptorTable.Install((int)two, second);
            return 0;
        }

        if (one >= 0)
        {
            DescriptorTable.Unreserve((int)one);
        }

        if (one >= 0 && two >= 0)
        {
            DescriptorTable.Unreserve((int)two);
        }

        OpenFile.Drop(first);
        OpenFile.Drop(second);
        return result;
    }
}
