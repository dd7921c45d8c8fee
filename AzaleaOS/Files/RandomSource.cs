using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Files;

/// <summary>Random bytes: the ChaCha20 stream under a key that changes with every use.</summary>
/// <remarks>
/// After each request the generator overwrites its own key, so that what was given out cannot be
/// computed from a later state. The key is guarded by a lock; what is given out is computed outside of it.
/// Sources: RFC 8439, 2.3; D. J. Bernstein, Fast-key-erasure random-number generators, 2017.
/// </remarks>
internal static class RandomSource
{
    private const int BlockBytes = 64;
    private const int KeyBytes = 32;

    private static Key s_key;
    private static SpinLock s_lock;

    /// <summary>Mixes bytes into the key. The more of them nobody can guess, the better.</summary>
    internal static void Stir(ReadOnlySpan<byte> entropy)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        s_lock.Enter();
        do
        {
            int length = Math.Min(entropy.Length, KeyBytes);
            Span<byte> key = s_key;
            Mix(key, entropy[..length]);

            entropy = entropy[length..];
            Block(s_key, 0, block);
            block[..KeyBytes].CopyTo(s_key);
        }
        while (!entropy.IsEmpty);

        s_lock.Exit();
        block.Clear();
    }

    private static void Mix(Span<byte> key, ReadOnlySpan<byte> entropy)
    {
        int at = 0;
        for (; entropy.Length - at >= sizeof(ulong); at += sizeof(ulong))
        {
            Unsafe.WriteUnaligned(ref key[at], Unsafe.ReadUnaligned<ulong>(ref key[at]) ^ Unsafe.ReadUnaligned<ulong>(in entropy[at]));
        }

        for (; at < entropy.Length; at++)
        {
            key[at] ^= entropy[at];
        }
    }

    /// <summary>Gives random bytes.</summary>
    internal static void Fill(Span<byte> bytes)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        s_lock.Enter();
        Key key = s_key;
        Block(key, 0, block);
        block[..KeyBytes].CopyTo(s_key);
        s_lock.Exit();

        // The first block's other half goes out as well: most requests are for no more.
        Span<byte> unused = block[KeyBytes..];
        uint counter = 0;
        while (true)
        {
            int length = Math.Min(bytes.Length, unused.Length);
            unused[..length].CopyTo(bytes);
            bytes = bytes[length..];
            if (bytes.IsEmpty)
            {
                break;
            }

            Block(key, ++counter, block);
            unused = block;
        }

        block.Clear();
    }

    /// <summary>One block of the ChaCha20 stream with a nonce of zeros.</summary>
    internal static void Block(ReadOnlySpan<byte> key, uint counter, Span<byte> output)
    {
        // The rows of the state; their columns are worked on at once, and the diagonals by turning the rows.
        Vector128<uint> constants = Vector128.Create(0x61707865u, 0x3320646e, 0x79622d32, 0x6b206574);
        Vector128<uint> first = Vector128.Create(key[..16]).AsUInt32();
        Vector128<uint> second = Vector128.Create(key[16..32]).AsUInt32();
        Vector128<uint> last = Vector128.CreateScalar(counter);
        Vector128<uint> a = constants;
        Vector128<uint> b = first;
        Vector128<uint> c = second;
        Vector128<uint> d = last;
        for (int round = 0; round < 10; round++)
        {
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }

        (a + constants).AsByte().CopyTo(output);
        (b + first).AsByte().CopyTo(output[16..]);
        (c + second).AsByte().CopyTo(output[32..]);
        (d + last).AsByte().CopyTo(output[48..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRounds(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a += b;
        d = Turn(d ^ a, 16);
        c += d;
        b = Turn(b ^ c, 12);
        a += b;
        d = Turn(d ^ a, 8);
        c += d;
        b = Turn(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Turn(Vector128<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));

    [InlineArray(KeyBytes)]
    private struct Key
    {
        private byte _first;
    }
}
