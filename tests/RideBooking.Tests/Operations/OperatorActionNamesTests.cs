using System.Text.RegularExpressions;
using RideBooking.Contracts.Seams;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Operations;

public sealed partial class OperatorActionNamesTests
{
    static readonly string[] s_names =
    [
        .. typeof(OperatorActionNames).GetFields().Select(name => (string)name.GetRawConstantValue()!),
    ];

    [Fact]
    public void Fit_their_column() => s_names.ShouldAllBe(name => name.Length <= 32);

    [Fact]
    public void Are_a_verb_and_what_it_was_done_to_spelled_like_their_constants() =>
        typeof(OperatorActionNames)
            .GetFields()
            .Select(constant => Word().Replace(constant.Name, "-$0").ToLowerInvariant())
            .ShouldBe(s_names);

    [Fact]
    public async Task Are_all_in_the_description_of_the_API()
    {
        var source = await File.ReadAllTextAsync(
            Path.Combine(GeneratedPage.Repository(), "src/Modules/RideBooking.Operations/ListOperatorActions.cs"),
            TestContext.Current.CancellationToken
        );

        s_names.ShouldAllBe(name => source.Contains($"<c>{name}</c>", StringComparison.Ordinal));
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Word();
}
