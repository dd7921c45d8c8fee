namespace AzaleaOS.Build.Linking;

/// <summary>Finds, for each place in a sequence of bytes, the nearest earlier place with the same bytes, for each number of bytes.</summary>
/// <remarks>
/// A binary tree for each pair of bytes, in the order of what lies behind them, with nearer places above farther ones: a new
/// place becomes the root, and the way down to where it belongs splits the tree and meets all that is asked for.
/// </remarks>
internal sealed class MatchFinder
{
    /// <summary>The most bytes that are compared.</summary>
    internal const int LongestMatch = 64;

    private readonly byte[] _bytes;
    private readonly int[] _roots = new int[1 << 16];
    private readonly int[] _children;

    /// <summary>Begins at the first place.</summary>
    internal MatchFinder(byte[] bytes)
    {
        _bytes = bytes;
        _children = new int[2 * bytes.Length];
        Array.Fill(_roots, -1);
    }

    /// <summary>Finds the matches of the next place; to be called for every place, in order.</summary>
    /// <param name="at">The place.</param>
    /// <param name="matches">Gets length and distance, both rising; none shorter than two bytes.</param>
    internal void Next(int at, List<(int Length, int Distance)> matches)
    {
        matches.Clear();
        int most = Math.Min(LongestMatch, _bytes.Length - at);
        if (most < 2)
            return;
        ref int root = ref _roots[(_bytes[at] << 8) | _bytes[at + 1]];
        int place = root;
        root = at;
        int longest = 1;
        int below = 2 * at;
        int above = below + 1;
        int sameBelow = 0;
        int sameAbove = 0;
        while (place >= 0)
        {
            int same = Math.Min(sameBelow, sameAbove);
            while (same < most && _bytes[place + same] == _bytes[at + same])
                same++;
            if (same > longest)
            {
                longest = same;
                matches.Add((same, at - place));
            }

            if (same == most)
            {
                // Not to be told apart: the new place stands for the old one.
                _children[below] = _children[2 * place];
                _children[above] = _children[(2 * place) + 1];
                return;
            }

            if (_bytes[place + same] < _bytes[at + same])
            {
                _children[below] = place;
                below = (2 * place) + 1;
                place = _children[below];
                sameBelow = same;
            }
            else
            {
                _children[above] = place;
                above = 2 * place;
                place = _children[above];
                sameAbove = same;
            }
        }

        _children[below] = -1;
        _children[above] = -1;
    }
}
