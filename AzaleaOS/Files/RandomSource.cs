using System.Buffers.Binary;
using System.Numerics;
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
            for (int i = 0; i < length; i++)
            {
                s_key[i] ^= entropy[i];
            }

            entropy = entropy[length..];
            Block(s_key, 0, block);
            block[..KeyBytes].CopyTo(s_key);
        }
        while (!entropy.IsEmpty);

        s_lock.Exit();
        block.Clear();
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
        for (uint counter = 1; !bytes.IsEmpty; counter++)
        {
            Block(key, counter, block);
            int length = Math.Min(bytes.Length, BlockBytes);
            block[..length].CopyTo(bytes);
            bytes = bytes[length..];
        }

        block.Clear();
    }

    /// <summary>One block of the ChaCha20 stream with a nonce of zeros.</summary>
    internal static void Block(ReadOnlySpan<byte> key, uint counter, Span<byte> output)
    {
        Span<uint> start = stackalloc uint[16];
        start[0] = 0x61707865;
        start[1] = 0x3320646e;
        start[2] = 0x79622d32;
        start[3] = 0x6b206574;
        for (int i = 0; i < 8; i++)
        {
            start[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        }

        start[12] = counter;
        start[13] = start[14] = start[15] = 0;
        Span<uint> s = stackalloc uint[16];
        start.CopyTo(s);
        for (int round = 0; round < 10; round++)
        {
            QuarterRound(s, 0, 4, 8, 12);
            QuarterRound(s, 1, 5, 9, 13);
            QuarterRound(s, 2, 6, 10, 14);
            QuarterRound(s, 3, 7, 11, 15);
            QuarterRound(s, 0, 5, 10, 15);
            QuarterRound(s, 1, 6, 11, 12);
            QuarterRound(s, 2, 7, 8, 13);
            QuarterRound(s, 3, 4, 9, 14);
        }

        for (int i = 0; i < 16; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * i)..], s[i] + start[i]);
        }
    }

    private static void QuarterRound(Span<uint> s, int a, int b, int c, int d)
    {
        s[a] += s[b];
        s[d] = BitOperations.RotateLeft(s[d] ^ s[a], 16);
        s[c] += s[d];
        s[b] = BitOperations.RotateLeft(s[b] ^ s[c], 12);
        s[a] += s[b];
        s[d] = BitOperations.RotateLeft(s[d] ^ s[a], 8);
        s[c] += s[d];
        s[b] = BitOperations.RotateLeft(s[b] ^ s[c], 7);
    }

    [System.Runtime.CompilerServices.InlineArray(KeyBytes)]
    private struct Key
    {
        private byte _first;
    }
}
