namespace AzaleaOS.Abi;

/// <summary>What can be done with an <see cref="Errno"/>.</summary>
public static class ErrnoOperators
{
    extension(Errno)
    {
        /// <summary>The value that a failing system call returns.</summary>
        public static long operator -(Errno error) => -(long)(int)error;
    }
}
