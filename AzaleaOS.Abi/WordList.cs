namespace AzaleaOS.Abi;

/// <summary>Words that lie one after the other, each ended by a zero byte, as argv and envp want them.</summary>
/// <remarks>Use with <c>foreach</c>. With a prefix only the words that begin with it are given, without it.</remarks>
public readonly unsafe struct WordList(byte* first, int count, ByteString prefix = default)
{
    /// <summary>How many words there are, those without the prefix included.</summary>
    public int Count { get; } = count;

    /// <summary>Starts at the first word.</summary>
    public Enumerator GetEnumerator() => new(first, Count, prefix);

    /// <summary>Walks the words.</summary>
    public struct Enumerator(byte* first, int count, ByteString prefix)
    {
        private byte* _next = first;
        private int _left = count;

        /// <summary>The word. Its zero byte follows it.</summary>
        public ByteString Current { get; private set; }

        /// <summary>Goes to the next word.</summary>
        public bool MoveNext()
        {
            while (_left > 0)
            {
                _left--;
                int length = 0;
                while (_next[length] != 0)
                {
                    length++;
                }

                ByteString word = new(_next, length);
                _next += length + 1;
                if (word.Span.StartsWith(prefix.Span))
                {
                    Current = word.From(prefix.Length);
                    return true;
                }
            }

            return false;
        }
    }
}
