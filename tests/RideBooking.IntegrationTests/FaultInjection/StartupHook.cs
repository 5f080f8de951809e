using System.Diagnostics;

/// <summary>
/// Loaded into the host by the runtime (DOTNET_STARTUP_HOOKS): the process ends at once, without a notice, whenever
/// it receives the message that <see cref="Variable"/> names. The host itself contains none of it.
/// </summary>
static class StartupHook
{
    /// <summary>The environment variable with the id of the deadly message.</summary>
    public const string Variable = "RIDEBOOKING_TEST_DIES_OF";

    /// <summary>The method that the runtime calls before Main.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } deadly)
            return;
        ActivitySource.AddActivityListener(
            new ActivityListener
            {
                ShouldListenTo = source => source.Name == "MassTransit",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStarted = activity =>
                {
                    if (activity.TagObjects.Any(tag => $"{tag.Value}" == deadly))
                        Environment.FailFast($"The test kills this process with message {deadly}.");
                },
            }
        );
    }
}
