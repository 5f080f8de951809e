using System.Text;
using RideBooking.Platform;

namespace RideBooking.Tests.Platform;

public sealed class ShortTextTests
{
    const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467"; // one character to readers, eight to .NET

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "ab…")]
    [InlineData("abcd", 1, "…")]
    [InlineData("abcd", 0, "")]
    [InlineData("", 0, "")]
    [InlineData("a\U0001F697b", 3, "a…")]
    [InlineData("a\U0001F697bc", 4, "a\U0001F697…")]
    [InlineData("ae\u0301b", 3, "a…")]
    [InlineData("a" + Family + "b", 9, "a…")]
    [InlineData("a" + Family + "bc", 10, "a" + Family + "…")]
    public void A_text_is_cut_between_characters(string text, int maxLength, string shortened) =>
        text.Shorten(maxLength).ShouldBe(shortened);

    [Fact]
    public void The_shortened_text_fits_and_is_valid_wherever_it_is_cut()
    {
        var text = string.Concat(Enumerable.Repeat("x\U0001F697" + Family, 20));
        for (var length = 0; length <= text.Length; length++)
        {
            var shortened = text.Shorten(length);
            shortened.Length.ShouldBeLessThanOrEqualTo(length);
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(shortened)).ShouldBe(shortened);
        }
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("a\U0001F697", true)]
    [InlineData("a\0", false)]
    public void Text_without_zero_and_half_pairs_is_storable(string text, bool storable) =>
        text.IsStorable().ShouldBe(storable);

    // Not inline data, which xunit passes on as UTF-8.
    [Fact]
    public void Half_a_pair_is_not_storable()
    {
        foreach (var text in new[] { "\uD83D", "\uDE97", "a\uD83Db", "\uDE97\uD83D", "\uD83D\uD83D\uDE97" })
            text.IsStorable().ShouldBeFalse();
    }
}
