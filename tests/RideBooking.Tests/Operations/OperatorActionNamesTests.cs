using RideBooking.Contracts.Seams;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Operations;

public sealed class OperatorActionNamesTests
{
    static readonly string[] s_names =
    [
        .. typeof(OperatorActionNames).GetFields().Select(name => (string)name.GetRawConstantValue()!),
    ];

    [Fact]
    public void Fit_their_column() => s_names.ShouldAllBe(name => name.Length <= 16);

    [Fact]
    public async Task Are_all_in_the_description_of_the_API()
    {
        var source = await File.ReadAllTextAsync(
            Path.Combine(GeneratedPage.Repository(), "src/Modules/RideBooking.Operations/ListOperatorActions.cs"),
            TestContext.Current.CancellationToken
        );

        s_names.ShouldAllBe(name => source.Contains($"<c>{name}</c>", StringComparison.Ordinal));
    }
}
