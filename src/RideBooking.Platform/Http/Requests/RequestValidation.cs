using System.Reflection;
using System.Text.Json;
using FluentValidation;
using FluentValidation.Resources;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Platform.Http.Requests;

/// <summary>
/// Validates the arguments before the endpoint's handler runs, and answers 400 <c>validation_failed</c> with the errors by
/// camelCase path.
/// </summary>
public static class RequestValidation
{
    // All other texts of the API follow the name of what is wrong, and do not repeat it.
    static RequestValidation()
    {
        var texts = new LanguageManager { Enabled = true };
        texts.AddTranslation("en", "NotNullValidator", "is required");
        ValidatorOptions.Global.LanguageManager = texts;
    }

    /// <summary>Registers the assembly's validators, internal and nested ones included.</summary>
    public static IServiceCollection AddRequestValidators(this IServiceCollection services, Assembly assembly)
    {
        foreach (var validator in assembly.GetTypes())
        {
            // Parts of other validators (a shared rule with a private constructor) are not validators of a request.
            if (validator is not { IsAbstract: false, ContainsGenericParameters: false })
                continue;
            if (validator.GetConstructors().Length == 0)
                continue;
            foreach (var request in validator.GetInterfaces().Where(IsValidatorOfOneType))
                services.AddSingleton(request, validator);
        }

        return services;
    }

    static bool IsValidatorOfOneType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IValidator<>);

    /// <summary>Builds the filter once per endpoint. It costs nothing for an endpoint without a validated argument.</summary>
    internal static EndpointFilterDelegate Filter(EndpointFilterFactoryContext endpoint, EndpointFilterDelegate next)
    {
        var registered = endpoint.ApplicationServices.GetRequiredService<IServiceProviderIsService>();
        var validated = endpoint
            .MethodInfo.GetParameters()
            .Select(
                (parameter, index) => (index, validator: typeof(IValidator<>).MakeGenericType(parameter.ParameterType))
            )
            .Where(argument => registered.IsService(argument.validator))
            .ToArray();
        return validated.Length == 0 ? next : Validate;

        async ValueTask<object?> Validate(EndpointFilterInvocationContext call)
        {
            var errors = new Dictionary<string, string[]>();
            foreach (var (index, type) in validated)
            {
                if (call.Arguments[index] is not { } argument)
                    continue;
                var validator = (IValidator)call.HttpContext.RequestServices.GetRequiredService(type);
                var result = await validator.ValidateAsync(
                    new ValidationContext<object>(argument),
                    call.HttpContext.RequestAborted
                );
                foreach (var field in result.Errors.GroupBy(error => CamelCase(error.PropertyName)))
                    errors[field.Key] = [.. field.Select(error => error.ErrorMessage).Distinct()];
            }

            return errors.Count == 0 ? await next(call) : Problem.Validation(errors);
        }
    }

    /// <summary>Converts <c>Stops[0].Lat</c> to <c>stops[0].lat</c>.</summary>
    static string CamelCase(string path) =>
        string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}
